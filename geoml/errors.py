"""Every error that geoml raises on purpose.

The tree, kept true by ``tests/test_errors.py``::

    GeomlError
    |-- UsageError               the question itself is wrong
    |   |-- UnknownKey           a source key that does not exist
    |   |-- InvalidArgument      an argument outside what is allowed
    |   `-- OversizedExport      a download of more features than one file should hold
    |-- DataError                the data cannot be used as they are
    |   |-- UnreadableFile       missing, truncated, corrupt, or it killed its reader
    |   |-- ForbiddenFormat      a format outside the allow-list of its key (a VRT, a PDF, ...)
    |   |-- OversizedHeader      the header declares more than is accepted
    |   |-- MissingCrs           no coordinate reference system, or one that is not on Earth
    |   |-- UnusableGrid         rotated, sheared, or known by ground control points only
    |   |-- BandNeeded           several bands or layers and none was chosen
    |   |-- EmptySource          nothing but nodata, or no valid row
    |   |-- NoOverlap            nothing of it lies inside the area
    |   |-- UnknownUnit          a quantity whose unit cannot be told
    |   |-- GridMismatch         two layers that do not share a grid
    |   |-- NotEnoughData        too few cells, blocks or features to go on
    |   |-- OutOfRange           a value outside its declared valid range
    |   `-- CorruptFile          a stored file no longer matches its checksum
    |-- NotFound                 it does not exist here
    |   |-- UnknownArea
    |   |-- UnknownService
    |   |-- UnknownModel
    |   |-- UnknownEdition
    |   |-- UnknownLayer
    |   |-- UnknownCollection
    |   |-- UnknownFeature
    |   `-- OutsideData          a place with no answer
    |-- Conflict                 it collides with what is there
    |   |-- AlreadyExists
    |   |-- Busy                 somebody else is writing it
    |   `-- NoSpace              the disk that it is written to is full
    `-- MissingTool              a package, program or network that is not there
        |-- MissingExtra         an optional part of geoml that is not installed
        `-- BrokenService        the folder of a service that cannot be loaded
"""

from __future__ import annotations

from typing import Any


class GeomlError(Exception):
    """Root of the tree: says what, where, expected, got and the next step.

    Every part but ``what`` may be empty; the parts survive a trip through JSON (``as_dict``,
    ``from_dict``), because foreign files are read in a child process.
    """

    def __init__(
        self, what: str, *, where: str = "", expected: str = "", got: str = "", next_step: str = ""
    ) -> None:
        self.what, self.where, self.expected, self.got = what, where, expected, got
        self.next_step = next_step
        super().__init__(self._message())

    def _message(self) -> str:
        message = f"{self.where}: {self.what}" if self.where else self.what
        if self.expected or self.got:
            parts = [f"expected {self.expected}"] if self.expected else []
            parts += [f"got {self.got}"] if self.got else []
            message += f" ({', '.join(parts)})"
        return f"{message}; {self.next_step}" if self.next_step else message

    def as_dict(self) -> dict[str, str]:
        """The error as JSON-ready text: its type and its five parts."""
        names = ("what", "where", "expected", "got", "next_step")
        return {"type": type(self).__name__, **{name: getattr(self, name) for name in names}}


class UsageError(GeomlError):
    """The question itself is wrong."""


class UnknownKey(UsageError):
    """A source key that does not exist."""


class InvalidArgument(UsageError):
    """An argument outside what is allowed."""


class OversizedExport(UsageError):
    """A download of more features than one file should hold."""


class DataError(GeomlError):
    """The data cannot be used as they are."""


class UnreadableFile(DataError):
    """Missing, truncated, corrupt, or it killed its reader."""


class ForbiddenFormat(DataError):
    """A format outside the allow-list of its key."""


class OversizedHeader(DataError):
    """The header declares more than is accepted."""


class MissingCrs(DataError):
    """No coordinate reference system, or one that is not on Earth."""


class UnusableGrid(DataError):
    """Rotated, sheared, or known by ground control points only."""


class BandNeeded(DataError):
    """Several bands or layers and none was chosen."""


class EmptySource(DataError):
    """Nothing but nodata, or no valid row."""


class NoOverlap(DataError):
    """Nothing of it lies inside the area."""


class UnknownUnit(DataError):
    """A quantity whose unit cannot be told."""


class GridMismatch(DataError):
    """Two layers that do not share a grid."""


class NotEnoughData(DataError):
    """Too few cells, blocks or features to go on."""


class OutOfRange(DataError):
    """A value outside its declared valid range."""


class CorruptFile(DataError):
    """A stored file no longer matches its checksum."""


class NotFound(GeomlError):
    """It does not exist here."""


class UnknownArea(NotFound):
    """No area of that id."""


class UnknownService(NotFound):
    """No service of that name."""


class UnknownModel(NotFound):
    """No model of that name and version."""


class UnknownEdition(NotFound):
    """No edition of that id."""


class UnknownLayer(NotFound):
    """No map layer of that id."""


class UnknownCollection(NotFound):
    """A collection of features that is not published here."""


class UnknownFeature(NotFound):
    """No feature (quantity) of that name."""


class OutsideData(NotFound):
    """A place with no answer."""


class Conflict(GeomlError):
    """It collides with what is there."""


class AlreadyExists(Conflict):
    """Something of that name is there already."""


class Busy(Conflict):
    """Somebody else is writing it."""


class NoSpace(Conflict):
    """The disk that it is written to is full."""


class MissingTool(GeomlError):
    """A package, program or network that is not there."""


class MissingExtra(MissingTool):
    """An optional part of geoml that is not installed."""

    @classmethod
    def of(cls, extra: str, package: str) -> MissingExtra:
        """The error for ``package`` of ``geoml[extra]``, with its install line."""
        return cls(
            f"{package} is not installed",
            next_step=f"install it with: pip install 'geoml[{extra}]'",
        )


class BrokenService(MissingTool):
    """The folder of a service that cannot be loaded."""


def from_dict(parts: dict[str, Any]) -> GeomlError:
    """Rebuild an error that crossed a process boundary; an unknown type becomes a DataError."""
    by_name = {kind.__name__: kind for kind in walk(GeomlError)}
    kind = by_name.get(str(parts.get("type")), DataError)
    names = ("where", "expected", "got", "next_step")
    return kind(str(parts.get("what", "")), **{name: str(parts.get(name, "")) for name in names})


def walk(kind: type[GeomlError]) -> list[type[GeomlError]]:
    """``kind`` and everything below it, parents first."""
    return [kind, *(below for child in kind.__subclasses__() for below in walk(child))]
