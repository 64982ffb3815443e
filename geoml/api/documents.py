"""Areas, services and editions as JSON documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geoml import catalog, editions, modelstore
from geoml.api.security import sees
from geoml.api.served import Served
from geoml.areas.area import Area
from geoml.areas.sources import sources
from geoml.catalog import audience
from geoml.contract import Legend, Service
from geoml.errors import UnknownModel
from geoml.lifecycle.base import BaseLayer, base_layer
from geoml.lifecycle.web import legend_of

_FEATURES = ("features_used", "features_unused", "features_missing")


def service_document(service: Service, served: Served) -> dict[str, Any]:
    """The contract of a service, and the state of its champion."""
    score, target = service.score, service.target
    model = _model(service, served)
    return {
        "name": service.name,
        "title": service.title.as_dict(),
        "summary": service.summary.as_dict(),
        "is_not": service.is_not.as_dict(),
        "kind": service.kind,
        "score_kind": model["score_kind"] if model else service.score_kind,
        "score": {
            "name": f"{service.name}_score",
            "unit": "0..100",
            "zero": score.zero,
            "hundred": score.hundred,
            "version": score.version,
        },
        "target": {
            "name": target.name,
            "title": target.title.as_dict(),
            "unit": target.unit,
            "valid": list(target.valid),
        },
        "features": [
            {
                "name": feature.name,
                "title": feature.title.as_dict(),
                "unit": feature.unit,
                "valid": list(feature.valid),
                "monotone": feature.monotone,
            }
            for feature in service.features
        ],
        "needs_one_of": [list(group) for group in service.needs_one_of],
        "legend": legend(service.legend),
        **_apart(service),
        "model": model,
    }


def _apart(service: Service) -> dict[str, Any]:
    """The causes that it keeps apart, what units bring along, and what a town can try out."""
    return {
        "parts": [
            {"name": one.name, "title": one.title.as_dict(), "summary": one.summary.as_dict()}
            for one in service.parts
        ],
        "carried": list(service.carried),
        **_found(service),
        "actions": [
            {
                "name": one.name,
                "title": one.title.as_dict(),
                "unit": one.unit,
                "valid": list(one.valid),
            }
            for one in service.actions
        ],
    }


def _found(service: Service) -> dict[str, Any]:
    """What a service that looks at pictures finds, tells of each, and rests on."""
    found = service.segmentation
    if found is None:
        return {"picture": None, "columns": [], "assumptions": {}}
    columns = [
        {"name": one.name, "title": one.title.as_dict(), "unit": one.unit} for one in found.columns
    ]
    return {
        "picture": found.picture,
        "unit_kind": found.unit,
        "columns": columns,
        "assumptions": dict(found.assumptions()),
    }


def legend(one: Legend) -> dict[str, Any]:
    """Class edges in the units of the layer, colours and labels."""
    return {
        "edges": list(one.edges),
        "colours": list(one.colours),
        "labels": [label.as_dict() for label in one.labels],
    }


def area_document(area: Area, served: Served, prefix: str) -> dict[str, Any]:
    """An area with its sources, base layer and current editions; URLs start with ``prefix``.

    ``not_installed`` names services that have editions here and that this server does not have.
    """
    current = (served.edition(name, area.id) for name in catalog.names())
    return {
        "id": area.id,
        "name": area.name,
        "bbox": [round(value, 6) for value in area.grid.lonlat_bounds()],
        "crs": area.crs,
        "resolution_m": area.resolution_m,
        "synthetic": area.synthetic,
        "sources": [
            {
                "key": source.key,
                "date": source.date,
                "licence": source.licence,
                "coverage_percent": source.coverage,
            }
            for source in sources(served.home, area).values()
        ],
        "base": _base(base_layer(served.home, area.id), prefix),
        "editions": [edition_document(one, served, prefix) for one in current if one is not None],
        "not_installed": list(catalog.not_installed(served.home, area.id)),
    }


def edition_document(edition: editions.EditionRef, served: Served, prefix: str) -> dict[str, Any]:
    """An edition: where its tiles and files are, what it was made from."""
    manifest = served.manifest(edition)
    web, service = manifest["web"], catalog.get(edition.service)
    keep = ("created", "date", "date_of", "model", "synthetic_model", "score_kind", "reference")
    told = ("quantity", "answered_percent", "applicable_percent")
    return {
        "service": edition.service,
        "area": edition.area,
        "edition": edition.id,
        **{name: manifest.get(name) for name in (*keep, *_FEATURES, *told, "warnings")},
        "exposure": _exposure(manifest),
        "units": manifest.get("units", {}),
        "totals": manifest.get("totals", {}),
        "layers": [
            {
                "id": layer.id,
                "name": layer.name,
                "title": catalog.title_of(service, layer.name).as_dict(),
                "url": f"{prefix}/tiles/{layer.id}/{{z}}/{{x}}/{{y}}.png",
                "tilejson": f"{prefix}/tiles/{layer.id}/tilejson.json",
                "minzoom": web["minzoom"],
                "maxzoom": web["maxzoom"],
                "bounds": web["bounds"],
                "legend": _own_legend(service, layer.name),
            }
            for layer in catalog.layers_of(edition)
            if sees(audience.of_layer(service, layer.name))
        ],
        "files": [
            {"name": name, "href": f"{prefix}/editions/{edition.id}/files/{name}", "sha256": digest}
            for name, digest in manifest["files"].items()
            if sees(audience.of_file(service, name))
        ],
    }


def _own_legend(service: Service, layer: str) -> dict[str, Any] | None:
    """The classes of a layer that is not drawn in those of the score; None for all others."""
    found = legend_of(service, layer)
    return None if found is service.legend else legend(found)


def _exposure(manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """Who lies in which class, of the whole area; None where the edition did not count.

    Not zone by zone: in a zone of few buildings that would tell of each, which may be for staff.
    """
    told = manifest.get("exposure")
    return None if told is None else {name: told[name] for name in told if name != "zones"}


def _base(base: BaseLayer | None, prefix: str) -> dict[str, Any] | None:
    if base is None:
        return None
    return {
        "url": f"{prefix}/tiles/{base.id}/{{z}}/{{x}}/{{y}}.png",
        "kind": base.kind,
        "minzoom": base.minzoom,
        "maxzoom": base.maxzoom,
        "bounds": list(base.bounds),
        "detail": base.detail
        and {"maxzoom": base.detail.maxzoom, "bounds": list(base.detail.bounds)},
        "attribution": base.attribution,
    }


def _model(service: Service, served: Served) -> dict[str, Any] | None:
    try:
        manifest = served.champion(service.name, None).manifest
    except UnknownModel:
        return None
    keep = ("version", "champion", "accepted", "metrics", "features_used", "synthetic", "areas")
    told = {name: manifest.get(name) for name in keep}
    frozen = modelstore.is_frozen(manifest)
    return {**told, "frozen": frozen, "score_kind": service.score_kind_of(manifest)}
