"""OGC API - Features over the collections of the catalog: parameters, documents, pages, routes."""
