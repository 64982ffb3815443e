"""Quantities on the analysis grid: pure functions of arrays, one quantity a file.

A module that exposes ``QUANTITY`` (or ``QUANTITIES``) is found by ``registry``; ``stack`` computes
any set of them block by block.
"""
