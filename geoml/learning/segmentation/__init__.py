"""Learning to see shapes in pictures, once for all services that segment.

Serving needs the engine only; what trains is loaded when it trains.
"""
