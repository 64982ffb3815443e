"""A chip is a photograph whose truth about its roofs is exact."""

from __future__ import annotations

import numpy as np
import pytest

from geoml.areas.demo.aerial import chip
from geoml.errors import InvalidArgument

SIZE = 96


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again = chip(7, size_px=SIZE), chip(7, size_px=SIZE)
    assert first.rgb.tobytes() == again.rgb.tobytes()
    assert first.roof.tobytes() == again.roof.tobytes()
    assert first.gsd_m == again.gsd_m
    assert first.rgb.tobytes() != chip(8, size_px=SIZE).rgb.tobytes()


def test_a_chip_says_what_it_is() -> None:
    drawn = chip(3, size_px=SIZE, gsd_m=0.3)
    assert drawn.rgb.shape == (SIZE, SIZE, 3)
    assert drawn.rgb.dtype == np.uint8
    assert drawn.roof.shape == drawn.height_m.shape == (SIZE, SIZE)
    assert drawn.height_m.dtype == np.float32
    assert drawn.gsd_m == 0.3


def test_roofs_stand_above_the_ground() -> None:
    chips = [chip(seed, size_px=SIZE, gsd_m=0.25) for seed in range(4)]
    roofs = np.concatenate([drawn.height_m[drawn.roof] for drawn in chips])
    assert roofs.size > 1000
    assert np.quantile(roofs, 0.05) > 1.5


@pytest.mark.parametrize(("size_px", "gsd_m"), [(8, 0.2), (9000, 0.2), (64, 0.0), (64, 5.0)])
def test_what_cannot_be_drawn_is_refused(size_px: int, gsd_m: float) -> None:
    with pytest.raises(InvalidArgument, match="draw"):
        chip(1, size_px=size_px, gsd_m=gsd_m)
