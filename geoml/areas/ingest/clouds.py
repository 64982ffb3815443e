"""Which cells of a Level-1 scene are cloud.

Fmask's spectral tests and land probability: Zhu & Woodcock 2012, doi:10.1016/j.rse.2011.10.028,
equations 1-6 and 12-17, with reflectance at the top of the atmosphere and brightness temperature.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoml.areas.keys import OPTICAL
from geoml.features.normalized import normalized_difference
from geoml.types import Array, Features, Mask

NEEDED = (*OPTICAL, "thermal")

_WARMEST_K = 300.15
_MARGIN_K = 4.0
_COLDER_K = 0.5
_LEAST_CLEAR = 100


@dataclass(frozen=True, slots=True)
class Judged:
    """What a scene shows: cloud, cells with data, and how warm its clear land is.

    ``low_k`` and ``high_k`` are the 17.5 and 82.5 percentiles of clear land; NaN without any.
    """

    cloud: Mask
    known: Mask
    low_k: float
    high_k: float


def judged(bands: Features) -> Judged:
    """Find cloud in rasters of reflectance (1) and brightness temperature (K), all of one shape.

    A cell that some reflective bands do not know is saturated in them: it is taken as white there,
    and as any colour that a cloud may have.
    """
    lit = [np.isfinite(bands[name]) for name in OPTICAL]
    known = np.isfinite(bands["thermal"]) & np.logical_or.reduce(lit)
    saturated = known & ~np.logical_and.reduce(lit)
    white = np.float32(1.0)
    bands = {
        name: np.where(saturated & ~np.isfinite(values), white, values)
        for name, values in bands.items()
    }
    possible = known & _possible(bands, saturated)
    water = _water(bands)
    clear = known & ~possible & ~water
    if np.count_nonzero(clear) < _LEAST_CLEAR:
        return Judged(possible, known, np.nan, np.nan)
    low, high = np.percentile(bands["thermal"][clear], [17.5, 82.5])
    chance = land_probability(bands, saturated, float(low), float(high))
    threshold = float(np.percentile(chance[clear], 82.5)) + 0.2
    likely = np.where(water, _over_water(bands), chance > threshold)
    cold = bands["thermal"] < low - 35.0
    cloud = cold_enough(possible & likely | known & cold, bands["thermal"], float(low))
    return Judged(cloud, known, float(low), float(high))


def cold_enough(cloud: Mask, thermal: Array, low: float) -> Mask:
    """``cloud`` without patches whose coldest tenth is no colder than the cold side of the land.

    Those are bright roofs and yards, which the spectral tests take for cloud.
    """
    from scipy import ndimage

    labels, count = ndimage.label(cloud, structure=np.ones((3, 3), bool))
    if count == 0:
        return cloud
    owner, values = labels[cloud], thermal[cloud]
    order = np.lexsort((values, owner))
    sizes = np.bincount(owner, minlength=count + 1)[1:]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    tenth = values[order][starts + sizes // 10]
    kept = np.concatenate([[False], tenth < low - _COLDER_K])
    mask: Mask = kept[labels]
    return mask


def _possible(bands: Features, saturated: Mask) -> Mask:
    """Potential cloud: bright, white, cold enough, and no snow, plant, rock or haze."""
    blue, red, nir, swir1 = bands["blue"], bands["red"], bands["nir"], bands["swir1"]
    ndsi = normalized_difference(bands["green"], swir1)
    ndvi = normalized_difference(nir, red)
    basic = (bands["swir2"] > 0.03) & (bands["thermal"] < _WARMEST_K)
    colour = (ndsi < 0.8) & (ndvi < 0.8) & (whiteness(bands) < 0.7)
    haze = blue - 0.5 * red - 0.08 > 0
    possible: Mask = basic & (colour & haze & (nir > 0.75 * swir1) | saturated)
    return possible


def whiteness(bands: Features) -> Array:
    """Sum of the departures of the visible bands from their mean, over that mean; 0 is grey."""
    visible = np.stack([bands["blue"], bands["green"], bands["red"]])
    mean = visible.mean(axis=0)
    total: Array = np.abs(visible - mean).sum(axis=0) / mean
    return total


def land_probability(bands: Features, saturated: Mask, low: float, high: float) -> Array:
    """How cold, times how white a cell is, for clear land between ``low`` and ``high`` kelvin."""
    coldness = (high + _MARGIN_K - bands["thermal"]) / (high - low + 2 * _MARGIN_K)
    ndvi = np.abs(normalized_difference(bands["nir"], bands["red"]))
    ndsi = np.abs(normalized_difference(bands["green"], bands["swir1"]))
    colour = np.maximum(np.maximum(ndvi, ndsi), whiteness(bands))
    grey = np.where(saturated, 1.0, 1.0 - colour)
    chance: Array = np.maximum(coldness, 0.0) * grey
    return chance


def _water(bands: Features) -> Mask:
    ndvi = normalized_difference(bands["nir"], bands["red"])
    nir = bands["nir"]
    return (ndvi < 0.01) & (nir < 0.11) | (ndvi < 0.1) & (ndvi > 0) & (nir < 0.05)


def _over_water(bands: Features) -> Mask:
    """Cloud over water is bright at 1.6 um, where water is black."""
    bright: Mask = np.minimum(bands["swir1"], 0.11) / 0.11 > 0.5
    return bright
