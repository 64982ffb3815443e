"""Learning the probability of a target that is 0 or 1: flooded or not, for instance.

Boosted trees give log-odds, an isotonic curve makes them frequencies, and rules of one feature
must be beaten. Serving needs ``model`` only; ``training`` is loaded when it trains.
"""
