"""A real town seen by a network of drawn towns alone: how far the drawing is from the world.

The shipped network learned from Banepa, so Banepa cannot tell how it does in a town that is new to
it. The same network is trained again, shortly and without Banepa, and Banepa is shown to it whole.
The training takes some minutes and PyTorch; what it made is kept beside the other things of
the measurements, under the digest of what it was made from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks import banepa
from benchmarks.page import table, text
from benchmarks.roofs import PIXELS, pixel_row
from benchmarks.subject import CACHE
from geoml import catalog
from geoml.files import read_json
from geoml.learning.segmentation.dataset import read
from geoml.learning.segmentation.engine import open_engine, open_model_folder
from geoml.learning.segmentation.evaluate import counted, pieces, seen
from geoml.learning.segmentation.metrics import Counts, count_pixels
from geoml.learning.segmentation.sheets import sheets, source
from geoml.learning.segmentation.splits import Region, split
from geoml.paths import Home

DATA = Path(__file__).parent / "drawn_towns.toml"
EPOCHS = 6
NET = "a network of drawn towns"
SHIPPED = "the network that ships"
_CODE = Path(__file__).parents[1] / "geoml" / "learning" / "segmentation"
_MADE_BY = ("augment.py", "batches.py", "chips.py", "loss.py", "net.py", "plan.py", "training.py")
_DRAWN_BY = Path(__file__).parents[1] / "geoml" / "areas" / "demo" / "aerial"


def section() -> list[str]:
    """Pixels of the whole town, then of the strip that the shipped network did not learn from."""
    folder = model()
    if folder is None:
        return [
            "Not measured: this needs PyTorch, to train a network without the town: make env-deep."
        ]
    told = read_json(folder / "metrics.json")
    whole, strip = measured(folder)
    return [
        text(
            f"""Banepa again, but by a network that was trained for it: {told["steps"]} steps over
            drawn towns (**synthetic**), no real picture but those that its encoder began with
            ({told["begun"]}). The whole town was kept out, so this is what drawn towns teach about
            a real one. The network that ships was trained for longer, and with most of this town;
            in a town that is new to it, it should do better than the first row here and worse than
            its own. The trivial rule was chosen in this town, which flatters it."""
        ),
        "",
        *table(("the whole town", *PIXELS[1:]), list(_rows(whole))),
        "",
        *table(("the strip", *PIXELS[1:]), list(_rows(strip))),
    ]


def _rows(counts: Mapping[str, list[Counts]]) -> Iterator[list[str]]:
    for name, found in counts.items():
        yield pixel_row(name, found)


@cache
def model() -> Path | None:
    """The folder of the network without the town, trained where it is missing.

    None where it is missing and PyTorch too.
    """
    folder = CACHE / "never-seen" / _digest()
    if (folder / "manifest.json").is_file():
        return folder
    if find_spec("torch") is None:
        return None
    from geoml.cli.output import progress
    from geoml.lifecycle.picture_training import Asked, train_on_pictures

    name = next(one for one in catalog.names() if catalog.get(one).kind == "segmentation")
    home = Home(CACHE / "never-seen" / "home")
    with progress("train without the town") as show:
        asked = Asked((DATA,), epochs=EPOCHS, out=folder)
        ref, _ = train_on_pictures(home, name, asked, progress=show)
    return ref.folder


def _digest() -> str:
    """Of what decides about the network: the data set, the code that draws and trains, how long."""
    code = [*(_CODE / name for name in _MADE_BY), *sorted(_DRAWN_BY.glob("*.py"))]
    made_of = [DATA.read_bytes(), *(path.read_bytes() for path in code)]
    return hashlib.sha256(b"\0".join([*made_of, str(EPOCHS).encode()])).hexdigest()[:16]


def measured(folder: Path) -> tuple[dict[str, list[Counts]], dict[str, list[Counts]]]:
    """Counts by candidate, of the whole town and of its strip."""
    spec, _ = open_model_folder(folder)
    engine = open_engine(folder, "onnxruntime")
    town = split(sheets(read(DATA)), share=0)
    strip = (banepa.held_out(),)
    whole, apart = (
        {
            NET: [counted(one, spec.threshold) for one in seen(engine, spec, part)],
            "trivial rule": list(_guessed(part)),
        }
        for part in (town, strip)
    )
    return whole, {SHIPPED: [banepa.measured()[0][banepa.NET]], **apart}


def _guessed(parts: Sequence[Region]) -> Iterator[Counts]:
    rule = banepa.rule()
    for part in parts:
        for window in pieces(part.window):
            values, known = source(part.sheet).read(window)
            rgb, gsd = np.moveaxis(values[:3], 0, -1), part.sheet.gsd_m
            yield count_pixels(rule(rgb, gsd), values[3] > 0, gsd_m=gsd, known=known)
