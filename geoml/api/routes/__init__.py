"""Routes of the API, one file per question; each file exposes ``build(...) -> APIRouter``."""
