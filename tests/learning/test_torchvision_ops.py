"""torchvision imports beside any PyTorch, and is left alone where its own library loads.

Each case is a process of its own: what is imported and declared stays for the life of a process.
"""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geoml.errors import MissingExtra
from geoml.learning import torchvision_ops

ROOT = Path(__file__).parent.parent.parent
MISSING = [
    name
    for name in ("torch", "torchvision", "segmentation_models_pytorch")
    if importlib.util.find_spec(name) is None
]
deep = pytest.mark.skipif(bool(MISSING), reason=f"no {', '.join(MISSING)} here: make env-deep")


def python(code, *folders):
    """Run code in a child, with warnings as errors and these folders before all others."""
    first = "".join(f"sys.path.insert(0, {str(folder)!r}); " for folder in (ROOT, *folders))
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import sys; {first}\n{code}"],
        capture_output=True,
        text=True,
        timeout=200,
    )


@pytest.fixture
def bare(tmp_path):
    """A copy of the installed torchvision without its native libraries."""
    (folder,) = importlib.util.find_spec("torchvision").submodule_search_locations
    ignored = shutil.ignore_patterns("*.so", "*.dylib", "*.pyd", "__pycache__")
    shutil.copytree(folder, tmp_path / "torchvision", ignore=ignored)
    return tmp_path


@pytest.mark.skipif(not MISSING, reason="PyTorch is installed")
def test_without_the_extra_the_error_names_its_install_line():
    torchvision_ops.make_importable.cache_clear()
    with pytest.raises(MissingExtra, match=r"pip install 'geoml\[deep\]'"):
        torchvision_ops.segmentation_models()


def test_importing_the_door_imports_no_torch():
    code = "import geoml.learning.torchvision_ops; print('torch' in sys.modules)"
    assert python(code).stdout.strip() == "False"


UNET = """
import torch
from geoml.learning.torchvision_ops import make_importable, segmentation_models
torch.manual_seed(0)
net = segmentation_models().Unet("resnet18", encoder_weights=None, in_channels=4).eval()
with torch.inference_mode():
    answer = net(torch.rand(2, 4, 64, 96))
print(make_importable(), tuple(answer.shape), bool(torch.isfinite(answer).all()))
"""


@deep
@pytest.mark.deep
@pytest.mark.slow
def test_a_unet_answers_with_what_is_installed():
    done = python(UNET)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split(maxsplit=1)[1].strip() == "(2, 1, 64, 96) True"


@deep
@pytest.mark.deep
@pytest.mark.slow
class TestWithoutItsNativeLibrary:
    def test_the_trap_is_real(self, bare):
        done = python("import torchvision", bare)
        assert done.returncode != 0
        assert "operator torchvision::nms does not exist" in done.stderr

    def test_a_unet_answers_all_the_same(self, bare):
        done = python(UNET, bare)
        assert done.returncode == 0, done.stderr[-2000:]
        assert done.stdout.strip() == "False (2, 1, 64, 96) True"

    def test_a_call_of_a_declared_operator_fails_loudly(self, bare):
        done = python(
            "from geoml.learning.torchvision_ops import make_importable; make_importable()\n"
            "import torch, torchvision\n"
            "torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)",
            bare,
        )
        assert done.returncode != 0
        assert "Couldn't load custom C++ ops" in done.stderr


@deep
@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler for a stand-in library")
def test_nothing_is_touched_where_the_native_library_loads(bare):
    # A library that loads and declares nothing: what is declared afterwards was declared by us.
    source = bare / "empty.c"
    source.write_text("int geoml_stand_in = 0;\n")
    library = str(bare / "torchvision" / "_C.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, str(source)], check=True)
    done = python(
        "from geoml.learning.torchvision_ops import make_importable\n"
        "import torch\n"
        "print(make_importable(), hasattr(torch.ops.torchvision, 'nms'))",
        bare,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "True False"
