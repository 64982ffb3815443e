"""Learning from rasters, once for all services.

Spatial validation, intervals, applicability and contributions live here, so that every service
has them from its first day. Serving needs ``tabular`` only; ``training`` is loaded when it trains.
"""
