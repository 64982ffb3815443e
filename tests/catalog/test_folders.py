"""A defective folder is named with its line, and takes no other service down."""

import re

import pytest

from geoml import catalog
from geoml.catalog.services import _found
from geoml.errors import BrokenService, UnknownService

ENTRY = "from .service import SERVICE"
MADE = "SERVICE = Service("


def told(name):
    """The error of a broken service; everything else must still be there."""
    assert name not in catalog.names()
    assert catalog.names()
    for other in catalog.names():
        assert catalog.get(other).name == other
    with pytest.raises(BrokenService) as caught:
        catalog.get(name)
    assert caught.value is catalog.broken()[name]
    return caught.value


def test_a_copy_is_a_service_of_its_own(copy):
    before = catalog.names()
    copy("twin")
    assert set(catalog.names()) == {*before, "twin"}
    assert catalog.get("twin").name == "twin"
    assert catalog.broken() == {}


@pytest.mark.parametrize(
    ("replaced", "file", "says"),
    [
        ({"service": (MADE, f"{MADE}(")}, "service.py", "SyntaxError"),
        ({"service": (MADE, "SERVICE = nothing(")}, "service.py", "NameError"),
        ({"service": (MADE, f"import no_such_package\n{MADE}")}, "service.py",
         "No module named 'no_such_package'"),
        ({"service": (MADE, f"raise SystemExit(3)\n{MADE}")}, "service.py",
         "SystemExit: 3"),
        ({"service": ("features=FEATURES,", "features=(*FEATURES, FEATURES[0]),")}, "service.py",
         "declared twice"),
        ({"service": ("features=FEATURES,", "features=(),")}, "service.py", "name no feature"),
        ({"__init__": (ENTRY, "SERVICE = 1 / 0")}, "__init__.py", "ZeroDivisionError"),
    ],
)  # fmt: skip
def test_what_fails_is_named_with_its_file_and_line(copy, replaced, file, says):
    folder = copy("defective", **replaced)
    error = told("defective")
    assert says in error.got
    path, _, line = error.where.rpartition(":")
    assert path == str(folder / file)
    assert 1 <= int(line) <= len((folder / file).read_text().splitlines())


@pytest.mark.parametrize("colour", ["{first}", "red", "#12345", "#ABCDEF"])
def test_colours_that_cannot_be_told_apart_or_drawn(copy, service, colour):
    first, second = service.legend.colours[:2]
    copy("defective", service=(f'"{second}"', f'"{colour.format(first=first)}"'))
    error = told("defective")
    assert re.search(r"two classes .* one colour|must be like #1a2b3c", error.got)
    assert re.search(r"service\.py:\d+$", error.where)


@pytest.mark.parametrize(
    ("replaced", "says", "got"),
    [
        ({"__init__": (ENTRY, "")}, "no SERVICE", ""),
        ({"__init__": (ENTRY, "SERVICE = {'name': 'defective'}")}, "is not a Service", "dict"),
        ({"service": ('__package__.rpartition(".")[2]', '"other"')}, "not called like its folder",
         "name='other'"),
    ],
)  # fmt: skip
def test_a_declaration_that_is_none(copy, replaced, says, got):
    folder = copy("defective", **replaced)
    error = told("defective")
    assert says in error.what
    assert error.got == got
    assert error.where == str(folder / "__init__.py")


@pytest.mark.parametrize(
    "name", ["Heat Map", "heat-map", "Heat", "2heat", "class", "base", "x" * 40]
)
def test_a_name_that_cannot_be_one_is_refused_and_not_imported(copy, name):
    copy(name, __init__=(ENTRY, "raise AssertionError('imported')"))
    error = told(name)
    assert error.what == "not a name for a service"
    assert error.next_step == "rename the folder"


def test_a_folder_of_code_without_an_entry_is_told(copy):
    (copy("defective") / "__init__.py").unlink()
    assert told("defective").what == "no __init__.py"


def test_what_is_no_folder_of_code_is_ignored(shelf):
    before = catalog.names()
    for name in ("__pycache__", ".hidden", "_draft", "left_over/__pycache__", "empty", "notes"):
        (shelf / name).mkdir(parents=True)
    for name in ("__pycache__", ".hidden", "_draft"):
        (shelf / name / "__init__.py").write_text("raise SystemExit")
    (shelf / "notes" / "method.md").write_text("# Notes")
    (shelf / "stray.py").write_text("raise SystemExit")
    _found.cache_clear()
    assert catalog.names() == before
    assert catalog.broken() == {}
    with pytest.raises(UnknownService):
        catalog.get("left_over")


def test_asking_again_and_again_does_not_grow_the_error(copy):
    copy("defective", __init__=(ENTRY, "import no_such_package"))
    lengths = []
    for _ in range(3):
        with pytest.raises(BrokenService) as caught:
            catalog.get("defective")
        lengths.append(len(caught.traceback))
    assert len(set(lengths)) == 1
