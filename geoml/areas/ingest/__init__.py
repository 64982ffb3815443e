"""Ingestion: foreign files in, checked sources of an area out."""

from geoml.areas.ingest.calling import ingest
from geoml.areas.ingest.report import Report, SourceReport

__all__ = ["Report", "SourceReport", "ingest"]
