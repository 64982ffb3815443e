"""Surface heat: how much hotter than the countryside each place of a town is, in kelvin."""

from .service import SERVICE

__all__ = ["SERVICE"]
