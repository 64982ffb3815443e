"""What the tile routes may serve: catalog layers and base layers, by id alone."""

from __future__ import annotations
