import geopandas
import numpy as np
import pytest
import shapely

from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.areas.sources import sources
from geoml.areas.units import units
from geoml.errors import NotFound
from geoml.lifecycle.classes import DEPTH_TITLES, of_depth, of_score
from geoml.lifecycle.exposure import depths, exposure, published
from geoml.paths import Home
from geoml.raster.cog import write
from geoml.raster.grid import Grid
from geoml.vector.write import write_vector

GRID = Grid("EPSG:2154", 652_020.0, 6_862_020.0, 30.0, 30.0, 40, 50)
PEOPLE = 100.0, 3.0
"""Residents of a cell in the western 20 columns, and in the others."""


def boxes(rng, count, size):
    """Footprints of all sizes, as they come, over one another too."""
    west = GRID.west + rng.uniform(60, 1400, count)
    north = GRID.north - rng.uniform(60, 1100, count)
    wide, high = rng.uniform(*size, (2, count))
    return shapely.box(west, north - high, west + wide, north)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """(home, area): 10 m depths with an unknown corner, 100 people a cell in the west."""
    root = tmp_path_factory.mktemp("exposed")
    rng = np.random.default_rng(5)
    fine = GRID.refine(3)
    row, col = np.mgrid[: fine.rows, : fine.cols]
    depth = np.maximum(3 * np.sin(row / 9) * np.cos(col / 13), 0).astype(np.float32)
    depth[:30, :40] = np.nan
    people = np.where(np.arange(GRID.cols) < 20, *PEOPLE) * np.ones(GRID.shape, np.float32)
    write(root / "depth.tif", depth, fine, bands=("depth",))
    write(root / "people.tif", people, GRID, bands=("people",))
    middle = GRID.west + 20 * 30.0
    west, south, east, north = GRID.bounds
    halves = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    for name, shapes in (("buildings", boxes(rng, 80, (4, 60))), ("zones", halves)):
        frame = geopandas.GeoDataFrame(geometry=list(shapes), crs=GRID.crs)
        write_vector(root / f"{name}.gpkg", frame)
    home = Home(root / "home")
    area = areas.create(home, "town", "Town", bbox=GRID.lonlat_bounds(), crs=GRID.crs)
    files = {"flood_depth": "depth.tif", "population": "people.tif"}
    files |= {name: f"{name}.gpkg" for name in ("buildings", "zones")}
    items = [f"{key}={root / file}" for key, file in files.items()]
    ingest(home, "town", items, return_period=100)
    return home, area


def overlaid(source, grid, frame):
    """Mean depth over each footprint, and depth at its centroid: cell by cell, with no index.

    The mean is that of the known cells, each by the area of it that lies in the footprint.
    """
    from geoml.raster.cog import read

    fine, values = grid.refine(source.factor), read(source.path)
    x = fine.west + np.arange(fine.cols + 1) * fine.pixel_x
    y = fine.north - np.arange(fine.rows + 1) * fine.pixel_y
    means, middles = [], []
    for shape in frame.geometry:
        total = weight = 0.0
        left, bottom, right, top = shape.bounds
        for r in np.flatnonzero((y[1:] <= top) & (y[:-1] >= bottom)):
            for c in np.flatnonzero((x[1:] >= left) & (x[:-1] <= right)):
                part = shapely.box(x[c], y[r + 1], x[c + 1], y[r]).intersection(shape).area
                if np.isfinite(values[r, c]):
                    total, weight = total + part * values[r, c], weight + part
        means.append(total / weight if weight else np.nan)
        at = shape.centroid
        r, c = int((fine.north - at.y) // fine.pixel_y), int((at.x - fine.west) // fine.pixel_x)
        inside = 0 <= r < fine.rows and 0 <= c < fine.cols
        middles.append(values[r, c] if inside else np.nan)
    return np.array(means), np.array(middles)


def counted(depth):
    """Dry, to 0.5, to 1, to 2, deeper, unknown: as the words say."""
    tests = (depth == 0, (depth > 0) & (depth <= 0.5), (depth > 0.5) & (depth <= 1),
             (depth > 1) & (depth <= 2), depth > 2, np.isnan(depth))  # fmt: skip
    return [int(one.sum()) for one in tests]


def column(told, name):
    return [line[name] for line in (*told["classes"], told["unknown"])]


def test_buildings_by_depth_are_those_of_a_slow_exact_overlay(town):
    home, area = town
    told = depths(home, area)["by_depth"]
    means, middles = overlaid(sources(home, area)["flood_depth"], area.grid, buildings(town))
    assert column(told, "buildings") == counted(means)
    assert column(told, "buildings_by_centroid") == counted(middles)
    assert min(counted(means)) > 0, "every class is met, the unknown too"
    assert counted(means) != counted(middles)
    assert told["source"]["return_period_years"] == 100


def buildings(town):
    return units(*town, "buildings")


def test_residents_add_up_and_go_by_the_share_of_their_cell(town):
    """Depths are three times as fine as people: a cell's residents are split among classes."""
    told = depths(*town)["by_depth"]
    residents = column(told, "residents")
    everybody = GRID.rows * (20 * PEOPLE[0] + 30 * PEOPLE[1])
    assert sum(residents) == pytest.approx(everybody, abs=0.5)
    home, area = town
    source = sources(home, area)["flood_depth"]
    from geoml.raster.cog import read

    depth = read(source.path)
    people = read(sources(home, area)["population"].path).repeat(3, 0).repeat(3, 1) / 9
    assert residents[0] == pytest.approx(np.nansum(people[depth == 0]), abs=0.5)
    assert residents[4] == pytest.approx(np.nansum(people[depth > 2]), abs=0.5)


def edition(folder, service, area, frames):
    """The files of an edition that are counted in: a score that grows eastward, and units."""
    score = np.tile(np.linspace(0, 100, area.grid.cols), (area.grid.rows, 1)).astype(np.float32)
    score[:5] = np.nan
    write(folder / "score.tif", score, area.grid, bands=("score",))
    import pandas as pd

    frame = pd.concat([one.assign(kind=kind) for kind, one in frames.items()], ignore_index=True)
    x = shapely.get_x(shapely.centroid(np.asarray(frame.geometry.array)))
    frame[f"{service.name}_score"] = (x - area.grid.west) / (area.grid.cols * 30.0) * 100
    frame.loc[frame.index[0], f"{service.name}_score"] = np.nan
    write_vector(folder / "units.parquet", frame)
    return score, frame


def test_every_service_counts_by_its_own_legend_and_by_zone(town, tmp_path, service):
    home, area = town
    frames = {kind: units(home, area, kind) for kind in ("buildings", "zones")}
    _, frame = edition(tmp_path, service, area, frames)
    told = exposure(home, service, area, tmp_path)
    by_score = told["by_score"]
    assert [one["title"] for one in by_score["classes"]] == [
        label.as_dict() for label in service.legend.labels
    ]
    built = frame[frame["kind"] == "buildings"]
    assert sum(column(by_score, "buildings")) == len(built)
    assert column(by_score, "buildings")[-1] == 1
    assert sum(column(by_score, "zones")) == 2
    last = built[f"{service.name}_score"] >= service.legend.edges[-2]
    assert column(by_score, "buildings")[-2] == int(last.sum())
    assert sum(column(by_score, "residents")) == pytest.approx(
        GRID.rows * (20 * PEOPLE[0] + 30 * PEOPLE[1]), abs=0.5
    )
    west, east = (told["zones"][id_] for id_ in frames["zones"]["id"])
    assert sum(west["residents"]) == pytest.approx(GRID.rows * 20 * PEOPLE[0], abs=1)
    assert sum(east["residents"]) == pytest.approx(GRID.rows * 30 * PEOPLE[1], abs=1)
    points = shapely.point_on_surface(np.asarray(built.geometry.array))
    middle = GRID.west + 20 * 30.0
    assert sum(west["buildings"]) == int((shapely.get_x(points) < middle).sum())
    assert west["buildings"][-2] == 0 < east["buildings"][-2], "the score grows eastward"
    assert told["by_depth"] == depths(home, area)["by_depth"]


def test_a_limit_belongs_to_one_class(town, tmp_path, service):
    home, area = town
    ground = of_depth(sources(home, area)["flood_depth"])
    assert ground.count(np.array([0, 0.5, 1, 2, 2.001, np.nan, 1e-6])) == [1, 2, 1, 1, 1, 1]
    assert len(DEPTH_TITLES) == 5
    edges = np.asarray(service.legend.edges, float)
    counts = of_score(service, tmp_path).count(np.append(edges, np.nan))
    assert counts == [1] * (len(edges) - 2) + [2, 1]


def test_what_was_not_ingested_is_not_counted(town, tmp_path, service, service_name):
    home, _ = town
    bare = areas.create(home, "bare", "Bare", bbox=GRID.lonlat_bounds(), crs=GRID.crs)
    try:
        assert depths(home, bare) == {}
        with pytest.raises(NotFound, match=f"geoml run {service_name} --area bare"):
            published(home, service, bare)
        write(tmp_path / "score.tif", np.zeros(bare.grid.shape, np.float32), bare.grid,
              bands=("score",))  # fmt: skip
        told = exposure(home, service, bare, tmp_path)
        assert set(told) == {"by_score"}
        assert set(told["by_score"]["unknown"]) == {"title"}
    finally:
        areas.delete(home, "bare")
