"""The service with a model of its own: no network is needed for questions about one roof."""

import numpy as np
import pytest

from geoml.services.rooftop import SERVICE


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    return SERVICE.load(tmp_path_factory.mktemp("model"), {"version": "test"})


@pytest.fixture(scope="session")
def sun(model):
    """``sun(latitude=45, tilt=30)``: the prediction for one roof, or for arrays of them."""

    def of(**features):
        arrays = {name: np.atleast_1d(np.asarray(v, float)) for name, v in features.items()}
        return model.predict(dict(zip(arrays, np.broadcast_arrays(*arrays.values()), strict=True)))

    return of
