"""One test walks every service: whatever the catalog finds keeps the contract."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from geoml import catalog
from geoml.areas import keys
from geoml.contract import Service
from geoml.errors import NotEnoughData
from geoml.features import registry
from geoml.learning import boosting
from geoml.learning.samples import take

NAMES = catalog.names()

META = {
    "version": "test",
    "created": "2024-07-01T00:00:00+00:00",
    "reference": {"mode": "test"},
    "label": {"key": "test", "quantity": "test"},
    "synthetic": True,
}


@pytest.fixture(scope="module", params=NAMES)
def service(request) -> Service:
    found = catalog.get(request.param)
    assert found.name == request.param
    return found


@pytest.fixture(scope="module")
def scene(service):
    return service.scene()


@pytest.fixture(scope="module")
def model(service, scene, tmp_path_factory):
    if service.train is None:  # its network needs pictures; what it says of one unit needs none
        return service.load(tmp_path_factory.mktemp(service.name), META)
    target, _ = service.target_of(scene.label, scene.features, scene.grid, inside=scene.inside)
    samples = take(service, scene.features, target, scene.grid, scene.support_m, area="scene")
    folder = tmp_path_factory.mktemp(service.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosting, "ROUNDS", 100)
        manifest = service.train(samples, folder, meta={**META, "support_m": scene.support_m})
    return service.load(folder, manifest)


def rows(scene):
    return {name: values.ravel().astype(np.float64) for name, values in scene.features.items()}


def lightness(colour: str) -> float:
    """CIE L* of ``#rrggbb``."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    y = float(linear @ [0.2126, 0.7152, 0.0722])
    return 116 * np.cbrt(y) - 16 if y > 0.008856 else 903.3 * y


def texts(service):
    yield from (service.title, service.summary, service.is_not, service.target.title)
    yield from (one.title for one in service.features)
    yield from service.legend.labels
    yield from (one.text for one in service.doubts)
    for one in (*service.parts, *service.actions):
        yield one.title
    if service.segmentation is not None:
        yield service.segmentation.title
        yield from (text for _, text in service.segmentation.notes)
        yield from (one.title for one in service.segmentation.columns)


def test_there_is_a_service():
    assert NAMES


def test_everything_a_citizen_reads_is_there_in_both_languages(service):
    for text in texts(service):
        assert text.fr.strip()
        assert text.en.strip()


def test_features_are_named_once_with_unit_and_range(service):
    names = [one.name for one in service.features]
    assert len(set(names)) == len(names) > 0
    for one in service.features:
        assert one.unit
        assert one.valid[0] < one.valid[1]
        assert one.accepts(one.valid[0])
        assert not one.accepts(np.nan)
        assert service.feature(one.name) is one
    assert service.feature("unheard_of") is None


def test_what_it_needs_and_expects_are_features_it_declares(service):
    names = {one.name for one in service.features}
    assert service.needs_one_of
    for group in (*service.needs_one_of, *service.input_sets):
        assert group
        assert set(group) <= names
    assert all(service.enough(one) for one in service.input_sets)
    assert service.enough(names)
    assert not service.enough(())


def test_the_legend_covers_the_score_and_its_classes_differ_in_lightness(service):
    legend = service.legend
    assert (legend.edges[0], legend.edges[-1]) == (0, 100)
    assert all(re.fullmatch("#[0-9a-f]{6}", one) for one in legend.colours)
    steps = np.diff([lightness(one) for one in legend.colours])
    assert (np.abs(steps) >= 10).all()
    assert (steps > 0).all() or (steps < 0).all()


def test_acceptance_names_an_error_in_the_targets_unit_or_rules_to_beat(service):
    unit = service.target.unit.lower()
    if service.accept.pictured:
        assert service.kind == "segmentation"
        assert 0 < service.accept.above < 1
    elif service.accept.yes_or_no:
        assert service.target.valid == (0, 1)
        assert 0 < service.accept.above < 1
        for rule in service.accept.rules:
            assert service.feature(rule.feature).monotone in (rule.way, None)
        assert not service.accept.apart or registry.is_quantity(service.accept.apart)
    else:
        assert service.accept.metric in (f"rmse_{unit}", f"mae_{unit}")
        assert 0 < service.accept.below < np.inf


def test_the_method_is_written_and_its_laws_are_numbered(service):
    text = (files(f"geoml.services.{service.name}") / service.method).read_text(encoding="utf-8")
    laws = [int(one) for one in re.findall(r"\*\*Law (\d+)\*\*", text)]
    assert laws == list(range(1, len(laws) + 1))
    assert laws
    assert "doi:" in text


def test_the_score_is_bounded_monotone_and_keeps_unknown(service):
    low, high = service.target.valid
    score = service.score.score(np.linspace(low, high, 500))
    assert (np.diff(score) >= 0).all()
    assert score.min() == 0
    assert score.max() == 100
    anchors = np.array([service.score.zero, service.score.hundred, np.nan])
    np.testing.assert_allclose(service.score.score(anchors), [0, 100, np.nan])


def test_the_scene_is_known_and_lies_in_the_declared_ranges(service, scene):
    for name, values in scene.features.items():
        assert service.feature(name) is not None
        assert values.shape == scene.grid.shape
        low, high = service.feature(name).valid
        assert ((values >= low) & (values <= high)).all(), name
    low, high = service.target.valid
    assert ((scene.truth >= low) & (scene.truth <= high)).all()
    again = service.scene()
    assert all((again.features[n] == v).all() for n, v in scene.features.items())
    assert (again.label == scene.label).all()


def test_the_model_finds_the_known_answer(service, scene, model):
    got = model.predict(rows(scene), explain=False)
    off = got.target - scene.truth.ravel()
    assert np.sqrt(np.mean(off**2)) < 0.5 * scene.truth.std()
    covered = (got.lower <= scene.truth.ravel()) & (scene.truth.ravel() <= got.upper)
    assert covered.mean() > 0.75


def test_the_answer_has_every_part_of_the_contract(service, scene, model):
    asked = rows(scene)
    got = model.predict(asked)
    assert (got.lower <= got.target).all()
    assert (got.target <= got.upper).all()
    assert (got.applicability >= 0).all()
    assert (got.applicability <= 1).mean() > 0.5
    assert set(got.contributions) == set(model.features)
    total = got.average + sum(got.contributions.values())
    np.testing.assert_allclose(total, got.target, atol=1e-6)
    score = service.score.score(got.target)
    assert ((score >= 0) & (score <= 100)).all()


def test_declared_directions_hold(service, scene, model):
    some = {name: np.resize(values[::97], 60) for name, values in rows(scene).items()}
    for name in model.features:
        way = {"up": 1, "down": -1}.get(service.feature(name).monotone or "")
        if way is None:
            continue
        wide = {other: np.repeat(values, 40) for other, values in some.items()}
        wide[name] = np.tile(np.linspace(*service.feature(name).valid, 40), 60)
        answers = model.predict(wide, explain=False).target.reshape(60, 40)
        assert (way * np.diff(answers, axis=1) >= -1e-9).all(), name


def test_knowing_nothing_is_no_answer(service, model):
    got = model.predict({one.name: np.full(3, np.nan) for one in service.features})
    for values in (got.target, got.lower, got.upper, got.applicability):
        assert np.isnan(values).all()


def test_a_label_without_a_known_cell_is_an_error(service, scene):
    if service.target_of is None:
        pytest.skip(f"{service.name} has no label: it learns from pictures")
    nothing = np.full_like(scene.label, np.nan)
    with pytest.raises(NotEnoughData):
        service.target_of(nothing, scene.features, scene.grid, inside=None)


def test_what_looks_at_pictures_says_what_it_finds_and_what_it_rests_on(service):
    found = service.segmentation
    assert (found is None) == (service.kind != "segmentation")
    if found is None:
        return
    assert {found.picture, *found.beside} <= set(keys.KEYS)
    assert keys.get(found.picture).kind == "rgb"
    assert service.units == (found.unit,)
    assert found.rules().min_area_m2 > 0
    for told in found.assumptions().values():
        assert {"value", "unit", "fr", "en", "source"} <= set(told)


def test_a_kind_that_does_not_fit_is_refused(service):
    with pytest.raises(ValueError, match="segmentation"):
        replace(service, kind="tabular" if service.segmentation else "segmentation")
    with pytest.raises(ValueError, match=r"train|segmentation"):
        replace(service, train=None if service.train else (lambda *_, **__: {}))
