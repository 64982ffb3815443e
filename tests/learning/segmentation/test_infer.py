import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import rasterio

from geoml import errors
from geoml.learning.segmentation.infer import encoded, predict_chip, write_probability
from geoml.raster.cog import cog_writer, open_cog
from geoml.raster.grid import Grid

SIDE = 700


def blotches(rows, cols, seed=1):
    """Colours that differ everywhere and at every scale; no black."""
    rng = np.random.default_rng(seed)
    fine = rng.integers(1, 256, (3, rows, cols), np.uint8)
    coarse = rng.integers(1, 256, (3, rows // 8 + 1, cols // 8 + 1), np.uint8)
    return (fine // 4 + np.kron(coarse, np.ones((1, 8, 8), np.uint8))[:, :rows, :cols] // 2) + 1


def ortho(path, rgb, pixel=0.25, crs="EPSG:2154"):
    grid = Grid(crs, 843_000.0, 6_520_500.0, pixel, pixel, *rgb.shape[1:])
    with cog_writer(path, grid, dtype="uint8", nodata=0, bands=("red", "green", "blue")) as writer:
        for band, values in enumerate(rgb, 1):
            writer.write(values, band=band)
    return path


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return ortho(tmp_path_factory.mktemp("town") / "ortho.tif", blotches(SIDE, SIDE + 77))


def written(net, source, out, **options):
    facts = write_probability(net.engine, net.spec, source, out, **options)
    with open_cog(out) as dataset:
        return facts, dataset.read(1), dataset.profile, (dataset.scales, dataset.offsets)


def at_once(net, rgb):
    """The net on the whole picture in one window, with the padding that the stride asks for."""
    down, right = (-n % net.spec.stride for n in rgb.shape[1:])
    padded = np.pad(rgb, ((0, 0), (0, down), (0, right)), mode="symmetric")
    return net.engine(padded)[: rgb.shape[1], : rgb.shape[2]]


def test_windows_with_a_halo_answer_as_one_window_does(net, town, tmp_path):
    with open_cog(town) as dataset:
        rgb = dataset.read()
    expected = encoded(at_once(net, rgb)).astype(int)
    for size in (64, 256, 2048):
        facts, got, profile, _ = written(net, town, tmp_path / f"{size}.tif", window_px=size)
        assert np.abs(got.astype(int) - expected).max() <= 1
        assert (profile["dtype"], profile["nodata"], facts["known_percent"]) == ("uint8", 0, 100)


def test_without_a_halo_seams_would_show(net, town, tmp_path):
    """The law above is not empty: this net does look beyond its window."""
    spec = replace(net.spec, halo_px=0)
    blind = type(net)(engine=net.engine, spec=spec)
    small = written(blind, town, tmp_path / "a.tif", window_px=64)[1].astype(int)
    large = written(blind, town, tmp_path / "b.tif", window_px=2048)[1].astype(int)
    assert np.abs(small - large).max() > 10


def test_a_taper_brings_the_seams_of_a_blind_net_closer(net, town, tmp_path):
    blind = type(net)(engine=net.engine, spec=replace(net.spec, halo_px=0))
    right = written(net, town, tmp_path / "right.tif")[1].astype(int)
    hard = written(blind, town, tmp_path / "hard.tif", window_px=128)[1] - right
    soft = written(blind, town, tmp_path / "soft.tif", window_px=128, taper_px=32)[1] - right
    assert np.square(soft).mean() < 0.3 * np.square(hard).mean()


def test_a_taper_changes_nothing_where_the_halo_is_enough(net, town, tmp_path):
    plain = written(net, town, tmp_path / "plain.tif")[1].astype(int)
    mixed = written(net, town, tmp_path / "mixed.tif", window_px=96, taper_px=48)[1].astype(int)
    assert np.abs(plain - mixed).max() <= 1


def test_the_file_says_what_its_bytes_mean(net, town, tmp_path):
    _, got, profile, (scales, offsets) = written(net, town, tmp_path / "p.tif")
    assert got.min() >= 1
    assert got.min() * scales[0] + offsets[0] >= 0
    assert 255 * scales[0] + offsets[0] == pytest.approx(1)
    assert profile["crs"].to_epsg() == 2154


@pytest.mark.parametrize(("pixel", "shape"), [
    (0.25, (90, 130)), (0.29, (90, 130)), (0.10, (36, 52)), (0.5, (180, 260)),
])  # fmt: skip
def test_pictures_are_brought_to_the_size_of_pixel_that_the_model_knows(
    net, tmp_path, pixel, shape
):
    source = ortho(tmp_path / "o.tif", blotches(90, 130), pixel)
    _, got, profile, _ = written(net, source, tmp_path / "p.tif")
    assert got.shape == shape
    assert (profile["transform"].c, profile["transform"].f) == (843_000.0, 6_520_500.0)
    assert profile["transform"].a == pytest.approx(pixel if pixel in (0.25, 0.29) else 0.25)


@pytest.mark.parametrize("pixel", [0.07, 0.1, 0.5])
def test_windows_agree_at_other_pixels_too(net, tmp_path, pixel):
    source = ortho(tmp_path / "o.tif", blotches(400, 333), pixel)
    small = written(net, source, tmp_path / "a.tif", window_px=32)[1].astype(int)
    large = written(net, source, tmp_path / "b.tif", window_px=1024)[1].astype(int)
    assert np.abs(small - large).max() <= 1


def test_unknown_stays_unknown_and_touches_only_what_sees_it(net, tmp_path):
    rgb = blotches(300, 300)
    holed = rgb.copy()
    holed[:, 100:180, 40:200] = 0
    got = written(net, ortho(tmp_path / "h.tif", holed), tmp_path / "h-p.tif", window_px=64)[1]
    whole = written(net, ortho(tmp_path / "w.tif", rgb), tmp_path / "w-p.tif")[1]
    assert ((got == 0) == (holed == 0).all(axis=0)).all()
    far = np.ones((300, 300), bool)
    far[97:183, 37:203] = False
    assert np.abs(got[far].astype(int) - whole[far]).max() <= 1


def test_nothing_known_is_an_error_and_leaves_no_file(net, tmp_path):
    source = ortho(tmp_path / "o.tif", np.zeros((3, 50, 50), np.uint8))
    with pytest.raises(errors.EmptySource, match="nodata"):
        write_probability(net.engine, net.spec, source, tmp_path / "p.tif")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.tif"]


def test_pixels_too_coarse_are_refused_before_they_are_read(net, tmp_path):
    source = ortho(tmp_path / "o.tif", blotches(20, 20), pixel=2.0)
    with pytest.raises(errors.OutOfRange, match="2 m per pixel"):
        write_probability(net.engine, net.spec, source, tmp_path / "p.tif")


def test_a_chip_answers_as_the_ortho_does(net, tmp_path):
    rgb = blotches(150, 210)
    coded = written(net, ortho(tmp_path / "o.tif", rgb), tmp_path / "p.tif")[1].astype(int)
    got = predict_chip(net.engine, net.spec, rgb.transpose(1, 2, 0), 0.25)
    assert got.dtype == np.float32
    assert np.abs(encoded(got).astype(int) - coded).max() <= 1


@pytest.mark.parametrize("gsd", [0.1, 0.25, 0.5])
def test_a_chip_is_answered_on_its_own_pixels(net, gsd):
    rgb = np.ascontiguousarray(blotches(61, 83).transpose(1, 2, 0))
    known = np.ones((61, 83), bool)
    known[:20] = False
    got = predict_chip(net.engine, net.spec, rgb, gsd, known=known)
    assert got.shape == (61, 83)
    assert np.isnan(got[:20]).all()
    assert np.isfinite(got[24:]).all()


def test_what_is_no_picture_is_refused(net):
    for wrong in (np.zeros((3, 9, 9), np.uint8), np.zeros((9, 9, 3), np.float32)):
        with pytest.raises(errors.InvalidArgument):
            predict_chip(net.engine, net.spec, wrong, 0.25)


KILLED = """
import os, signal, sys
from pathlib import Path
from geoml.learning.segmentation.engine import open_engine, open_model_folder
from geoml.learning.segmentation.infer import write_probability
folder, ortho, out, kept = map(Path, sys.argv[1:5])
engine, windows = open_engine(folder, threads=1), 0
class Counting:
    label = engine.label
    def __call__(self, image):
        global windows
        windows += 1
        if windows == int(sys.argv[5]):
            os.kill(os.getpid(), signal.SIGKILL)
        return engine(image)
spec = open_model_folder(folder)[0]
write_probability(Counting(), spec, ortho, out, window_px=128, taper_px=int(sys.argv[6]),
                  resume_dir=kept)
print(windows)
"""


@pytest.mark.slow
@pytest.mark.parametrize("taper", [0, 32])
def test_what_was_killed_goes_on_where_it_was(net, folder, town, tmp_path, taper):
    expected = written(net, town, tmp_path / "e.tif", window_px=128, taper_px=taper)[1]
    out, kept = tmp_path / "out.tif", tmp_path / "kept"

    def run(windows):
        words = [str(word) for word in (folder, town, out, kept, windows, taper)]
        return subprocess.run(
            [sys.executable, "-c", KILLED, *words], capture_output=True, text=True
        )

    killed = run(26)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not out.exists()
    assert len(list(kept.rglob("strip-*.npz"))) == 3
    torn = [tmp_path / f".out-0a1b2c3d{end}" for end in (".tif", "-plain.tif", ".tif.ovr.tmp")]
    for path in torn:  # what a kill at the very end leaves
        path.touch()
    (tmp_path / ".out-of-here.tif").touch()
    done = run(0)
    assert done.returncode == 0, done.stderr
    strips_left = 3 if taper == 0 else 4
    assert int(done.stdout) == 7 * strips_left
    with rasterio.open(out) as dataset:
        assert (dataset.read(1) == expected).all()
    assert [path.name for path in kept.iterdir()] == [".lock"]
    assert not any(path.exists() for path in torn)
    assert (tmp_path / ".out-of-here.tif").exists()


def test_strips_of_another_model_are_not_taken(net, town, tmp_path):
    kept = tmp_path / "kept"

    class Stops:
        label = net.engine.label
        left = 20

        def __call__(self, image):
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            return net.engine(image)

    with pytest.raises(KeyboardInterrupt):
        write_probability(
            Stops(), net.spec, town, tmp_path / "p.tif", window_px=128, resume_dir=kept
        )
    [before] = [path for path in kept.iterdir() if path.is_dir()]
    other = replace(net.spec, sha256="another")
    write_probability(net.engine, other, town, tmp_path / "p.tif", window_px=128, resume_dir=kept)
    assert not before.exists()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_height(net, folder, tmp_path):
    """Twice the ortho in height, the same peak: strips are flushed."""
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from geoml.learning.segmentation.engine import open_engine, open_model_folder\n"
        "from geoml.learning.segmentation.infer import write_probability\n"
        "folder, ortho, out = map(Path, sys.argv[1:])\n"
        "engine, spec = open_engine(folder, threads=1), open_model_folder(folder)[0]\n"
        "write_probability(engine, spec, ortho, out, window_px=256, taper_px=64)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    peaks = []
    for rows in (512, 2560):
        grid = Grid("EPSG:2154", 843_000.0, 6_520_500.0, 0.25, 0.25, rows, 1500)
        source = tmp_path / f"{rows}.tif"
        with cog_writer(source, grid, dtype="uint8", nodata=0, bands=("r", "g", "b")) as writer:
            for band in (1, 2, 3):
                writer.write(np.full(grid.shape, 40 * band, np.uint8), band=band)
        words = [sys.executable, "-c", code, str(folder), str(source), str(tmp_path / "p.tif")]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))
    unit = 1 if sys.platform == "darwin" else 1024
    assert (peaks[1] - peaks[0]) * unit < 3 * 2560 * 1500
