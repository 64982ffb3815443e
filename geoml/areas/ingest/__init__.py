"""Ingestion: foreign files in, checked sources of an area out."""
