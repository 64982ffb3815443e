"""geoml tells a town where it is hot, where it floods and which roofs can carry solar panels."""

__version__ = "0.1.0"
