"""One folder for each answer that a town gets; ``geoml.catalog`` finds them."""
