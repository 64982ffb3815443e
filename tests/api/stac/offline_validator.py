"""stac-api-validator without a network: the schemas of STAC come from pystac, which ships them.

Run as ``python offline_validator.py URL COLLECTION GEOMETRY``. Schemas of extensions ship with no
package, so any document passes them here; the tests hold extensions to their pystac classes.
"""

import sys

from pystac.validation.local_validator import get_local_schema_cache
from stac_api_validator import validations
from stac_validator import utilities

CLASSES = ("core", "collections", "features", "item-search")
ANYTHING: dict = {}


def main(url: str, collection: str, geometry: str) -> int:
    """Print the warnings, then the errors; 1 where there is an error."""
    stored, fetch = get_local_schema_cache(), utilities.fetch_and_parse_file

    def parsed(path: str, headers: dict | None = None) -> dict:
        if path.startswith("https://stac-extensions.github.io/"):
            return ANYTHING
        return stored[path] if path.startswith("https://") else fetch(path, headers)

    utilities.fetch_and_parse_file = parsed
    warnings, errors = validations.validate_api(
        url, CLASSES, collection, geometry,
        auth_bearer_token=None, auth_query_parameter=None, fields_nested_property=None,
        validate_pagination=True, query_config=validations.QueryConfig(*[None] * 13),
        transaction_collection=None, headers={},
    )  # fmt: skip
    sys.stdout.writelines(f"warning: {one}\n" for one in warnings)
    sys.stdout.writelines(f"error: {one}\n" for one in errors)
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
