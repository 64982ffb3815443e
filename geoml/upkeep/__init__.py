"""Keeping a home: back it up while it serves, bring it back, throw away what is old."""
