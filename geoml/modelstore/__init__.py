"""Trained models as plain files, checked against their manifest; which one serves."""

from geoml.modelstore.store import ModelRef, champion, names, open_model, promote, save

__all__ = ["ModelRef", "champion", "names", "open_model", "promote", "save"]
