"""Settings of the server, read from the environment in one place, frozen, checked together."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from geoml.paths import Home


class Settings(BaseSettings):
    """What an operator may set; every name is prefixed with ``GEOML_`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="GEOML_", frozen=True)

    home: Path = Field(Path("data"), description="Where areas, models and editions lie.")
    public_url: str = Field("", description="Address behind a proxy, e.g. https://town.org/heat.")
    max_body_bytes: int = Field(4_000_000, ge=1_000, le=100_000_000)
    max_batch: int = Field(5_000, ge=1, le=100_000, description="Most rows of one prediction.")

    @property
    def data(self) -> Home:
        """The home as an object."""
        return Home(self.home.expanduser().resolve())

    @property
    def root_path(self) -> str:
        """The path part of the public address, without a closing slash."""
        from urllib.parse import urlsplit

        return urlsplit(self.public_url).path.rstrip("/")
