"""Settings of the server, read from the environment in one place, frozen, checked together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geoml.errors import InvalidArgument
from geoml.paths import Home

_ADDRESS = re.compile(r"https?://(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[\w.~-]+)*/?", re.A)
_ORIGIN = re.compile(r"https?://(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?", re.A)
_NAME = re.compile(r"(?:\*\.)?[a-z0-9_](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\]", re.A)
_DOORS = {"api", "areas", "docs", "editions", "maps", "services", "static", "tiles"}


class Settings(BaseSettings):
    """What an operator may set; every name is prefixed with ``GEOML_`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="GEOML_", frozen=True)

    home: Path = Field(Path("data"), description="Where areas, models and editions lie.")
    public_url: str = Field("", description="Address behind a proxy, e.g. https://town.org/heat.")
    max_body_bytes: int = Field(4_000_000, ge=1_000, le=100_000_000)
    max_picture_bytes: int = Field(40_000_000, ge=1_000, le=64 << 20)
    heavy_at_once: int = Field(
        0, ge=0, le=12, description="Drawn tiles and statistics at once; 0 for one a core."
    )
    heavy_waiting: int = Field(
        0, ge=0, le=10_000, description="How many of them wait before others are answered 503."
    )
    max_batch: int = Field(5_000, ge=1, le=100_000, description="Most rows of one prediction.")

    public_read: bool = Field(True, description="Whether public data are open without a token.")
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Names that the server answers to, *.town.org too; any when empty."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Sites whose pages may read answers, as https://town.org, or *."
    )
    frame_ancestors: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Other sites that may show the map in an iframe, as https://town.org."
    )
    writes_per_minute: int = Field(
        1_200, ge=0, le=1_000_000, description="POSTs of one client; 0 for no limit."
    )

    @field_validator("hosts", "cors_origins", "frame_ancestors", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """``a, b`` in the environment."""
        return tuple(re.split(r"[\s,]+", value.strip(", \t"))) if isinstance(value, str) else value

    @field_validator("hosts")
    @classmethod
    def _host_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(one.lower() for one in value if one)
        return _all_match(_NAME, names, "GEOML_HOSTS", "names without a port, as town.org")

    @field_validator("cors_origins")
    @classmethod
    def _readers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        sites = tuple(one.lower() for one in value if one)
        if sites == ("*",):
            return sites
        return _all_match(_ORIGIN, sites, "GEOML_CORS_ORIGINS", f"* alone, or {_SITES}")

    @field_validator("frame_ancestors")
    @classmethod
    def _frames(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        sites = tuple(one.lower() for one in value if one)
        return _all_match(_ORIGIN, sites, "GEOML_FRAME_ANCESTORS", _SITES)

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


_SITES = "sites as https://town.org, without a path, joined by commas"


def _all_match(
    pattern: re.Pattern[str], values: tuple[str, ...], where: str, expected: str
) -> tuple[str, ...]:
    wrong = [one for one in values if not pattern.fullmatch(one)]
    if wrong:
        raise InvalidArgument(
            "cannot be used", where=where, expected=expected, got=repr(wrong[0])[:80]
        )
    return values
