"""Files of whole collections: complete, by ranges, with a name, and nothing else."""

import io
import json

import pandas
import pytest

from geoml.vector.export import FORMATS


@pytest.mark.parametrize("form", FORMATS)
def test_a_download_by_ranges(api, collection, form):
    path = f"{collection.path}/download/{form}"
    whole = api.get(path)
    assert whole.status_code == 200
    assert whole.headers["content-type"] == FORMATS[form].media_type
    edition = collection.document["edition"]
    stem = f"{collection.id.partition('@')[0]}-{edition}"
    told = whole.headers["content-disposition"]
    assert f'filename="{stem}{FORMATS[form].suffix}"' in told
    assert ("public" in whole.headers["cache-control"]) == (not collection.headers)
    part = api.get(path, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert api.get(path, headers={"range": "bytes=999999999-"}).status_code == 416
    head = api.head(path, headers={"accept-encoding": "identity"})
    assert head.headers["content-length"] == str(len(whole.content))
    again = api.get(path, headers={"if-none-match": whole.headers["etag"]})
    assert again.status_code == 304


def test_the_rows_are_the_features(api, collection):
    features = api.get(f"{collection.path}/download/geojson").json()["features"]
    assert features == collection.features
    rows = pandas.read_csv(io.BytesIO(api.get(f"{collection.path}/download/csv").content))
    assert list(rows["id"]) == [one["id"] for one in collection.features]
    lines = api.get(f"{collection.path}/download/geojsonseq").text.split("\n")
    assert json.loads(lines[0].lstrip("\x1e")) == collection.features[0]


@pytest.mark.parametrize("form", ["", "exe", "..%2f..%2fmanifest.json", "GEOJSON", "gpkg?f=json"])
def test_other_formats_do_not_exist(api, collection, form):
    answer = api.get(f"{collection.path}/download/{form}")
    assert answer.status_code in ({400} if "?" in form else {404})
    assert answer.headers["content-type"] == "application/problem+json"
