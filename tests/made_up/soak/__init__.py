"""A service made up for tests, with two parts, an action and a model that learned nothing.

It is no science: low ground and roofs are "wet". What it answers can be written down in a test.
"""

from .service import SERVICE, ship

__all__ = ["SERVICE", "ship"]
