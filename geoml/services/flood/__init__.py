"""Flooding: how exposed each place of a town is to rivers that overflow and to rain that ponds."""

from .service import SERVICE

__all__ = ["SERVICE"]
