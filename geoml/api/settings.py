"""Settings of the server, read from the environment in one place, frozen, checked together."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from geoml.errors import InvalidArgument
from geoml.paths import Home

_ADDRESS = re.compile(r"https?://(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[\w.~-]+)*/?", re.A)
_DOORS = {"api", "areas", "docs", "editions", "maps", "services", "static", "tiles"}


class Settings(BaseSettings):
    """What an operator may set; every name is prefixed with ``GEOML_`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="GEOML_", frozen=True)

    home: Path = Field(Path("data"), description="Where areas, models and editions lie.")
    public_url: str = Field("", description="Address behind a proxy, e.g. https://town.org/heat.")
    max_body_bytes: int = Field(4_000_000, ge=1_000, le=100_000_000)
    max_batch: int = Field(5_000, ge=1, le=100_000, description="Most rows of one prediction.")

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        """Only an address whose path cannot be mistaken for a door of ours, stripped or not."""
        expected = "http:// or https://, a host, and a path of letters, digits, - . _ ~"
        if value and not _ADDRESS.fullmatch(value):
            raise InvalidArgument(
                "not an address", where="GEOML_PUBLIC_URL", expected=expected, got=repr(value)[:80]
            )
        first = urlsplit(value).path.strip("/").partition("/")[0]
        if first in _DOORS:
            raise InvalidArgument(
                "the path begins with a name that geoml uses itself",
                where="GEOML_PUBLIC_URL",
                expected=f"any name but {', '.join(sorted(_DOORS))}",
                got=value[:80],
                next_step="serve it below another path, as in https://town.org/heat",
            )
        return value

    @property
    def data(self) -> Home:
        """The home as an object."""
        return Home(self.home.expanduser().resolve())

    @property
    def root_path(self) -> str:
        """The path part of the public address, without a closing slash."""
        return urlsplit(self.public_url).path.rstrip("/")
