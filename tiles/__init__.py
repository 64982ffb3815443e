"""Map tiles: finished ones in microseconds, all others through TiTiler."""
