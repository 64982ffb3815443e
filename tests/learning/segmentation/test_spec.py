import json

import pytest

from geoml.errors import CorruptFile, OutOfRange
from geoml.learning.segmentation.spec import Spec


def test_a_manifest_says_how_its_model_sees(folder):
    spec = Spec.of(json.loads((folder / "manifest.json").read_text()))
    assert (spec.gsd_m, spec.gsd_range_m, spec.stride) == (0.25, (0.07, 0.5), 32)
    assert len(spec.sha256) == 64


@pytest.mark.parametrize("gone", ["gsd_m", "stride", "halo_px", "gsd_range_m"])
def test_a_manifest_that_does_not_is_refused(folder, gone):
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["segmentation"][gone]
    with pytest.raises(CorruptFile, match=gone):
        Spec.of(manifest)


def test_pixels_near_those_of_the_model_are_left_alone():
    spec = Spec(0.25, (0.07, 0.5), 32, 64)
    told = [spec.working_gsd(gsd) for gsd in (0.07, 0.2, 0.21, 0.29, 0.31, 0.5)]
    assert told == [0.25, 0.25, 0.21, 0.29, 0.25, 0.25]


@pytest.mark.parametrize(("gsd", "fits"), [
    (0.005, False), (0.02, True), (0.5, True), (0.59, True), (0.7, False), (float("nan"), False),
])  # fmt: skip
def test_what_is_too_coarse_cannot_be_seen(gsd, fits):
    spec = Spec(0.25, (0.07, 0.5), 32, 64)
    if fits:
        spec.check_gsd(gsd)
    else:
        with pytest.raises(OutOfRange, match="m per pixel"):
            spec.check_gsd(gsd)
