"""The ``geoml`` command: one verb, one file; JSON on stdout, talk on stderr."""
