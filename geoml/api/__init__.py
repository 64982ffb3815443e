"""The HTTP edge: one FastAPI application over the catalog; nothing happens at import."""
