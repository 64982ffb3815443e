"""Roofs and sun: which roofs a photograph shows, and how much sun a year gives them."""

from .service import SERVICE

__all__ = ["SERVICE"]
