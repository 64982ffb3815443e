"""Training of a network: steps, epochs, checkpoints, and when to stop."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geoml.errors import InvalidArgument
from geoml.learning.segmentation import checkpoint, deep
from geoml.learning.segmentation.augment import augmented
from geoml.learning.segmentation.batches import Batch, Batches
from geoml.learning.segmentation.checkpoint import BEST, LAST
from geoml.learning.segmentation.deep import Net, torch
from geoml.learning.segmentation.loss import loss
from geoml.learning.segmentation.net import Recipe, build, freeze_norms, initialise, normalised

Progress = Callable[[str, float], None]
Judge = Callable[[Net], float]
"""How good a network is, the higher the better: the IoU of what is kept out."""

_WARM_UP = 60
_HELD = 0.6
"""Share of all steps that are taken at the full rate, before it falls."""
_LEAST = 0.02
_ENCODER = 0.4
"""Rate of the encoder, which knows something already, over that of the decoder."""
_DECAY = 0.995
_SAVE_S = 60.0
_CLIP = 5.0


@dataclass(frozen=True, slots=True)
class Options:
    """How long and how fast; ``steps`` of ``batch`` chips make an epoch.

    After ``patience`` epochs without a better judgement the training ends.
    """

    epochs: int = 40
    steps: int = 100
    batch: int = 8
    size_px: int = 256
    rate: float = 1e-3
    patience: int = 12
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        """Refuse what cannot be trained."""
        whole = min(self.epochs, self.steps, self.batch, self.size_px, self.patience)
        if whole < 1 or not 0 < self.rate < 1:
            raise InvalidArgument("nothing would be trained", expected="1 or more of everything")


@dataclass(slots=True)
class Fit:
    """A training as it stands: the network, its average over the last steps, its history."""

    recipe: Recipe
    net: Net
    mean: Net
    optimiser: Any
    step: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best: float = -math.inf
    best_epoch: int = 0
    begun: str = ""

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds."""
        return {
            "recipe": self.recipe.as_dict(),
            "net": self.net.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "history": self.history,
            "best": self.best,
            "best_epoch": self.best_epoch,
            "begun": self.begun,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint; raises InvalidArgument for one of another network."""
        stored = Recipe.from_dict(state["recipe"])
        if stored != self.recipe:
            raise InvalidArgument(
                "the checkpoint is of another network",
                expected=str(self.recipe),
                got=str(stored),
                next_step="train with --no-resume, or into another folder",
            )
        self.net.load_state_dict(state["net"])
        self.mean.load_state_dict(state["mean"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.history = state["step"], list(state["history"])
        self.best, self.best_epoch = state["best"], state["best_epoch"]
        self.begun = state["begun"]


def fit(
    batches: Batches,
    recipe: Recipe,
    options: Options,
    folder: Path,
    *,
    judge: Judge | None = None,
    weights: str = "imagenet",
    resume: bool = True,
    progress: Progress = lambda _label, _share: None,
) -> Fit:
    """Train, or go on with the training whose checkpoint lies in ``folder``.

    Each step has random numbers of its own, so a training that was killed ends with the network
    that it would have had. ``judge`` looks at the average of the network's last steps after each
    epoch; the best is kept as ``best.pt``. Without it the last is the best.
    """
    found = _begun(recipe, options, folder, weights, resume)
    total = options.epochs * options.steps
    while found.step < total and not _exhausted(found, options):
        _epoch(found, batches, options, total, folder, progress)
        _judged(found, judge)
        if judge is None or found.best_epoch == len(found.history):
            checkpoint.save(folder / BEST, found.state())
        checkpoint.save(folder / LAST, found.state())
    return found


def best(folder: Path) -> tuple[Recipe, Net, dict[str, Any]]:
    """The best network of a training, ready to be served, and what its checkpoint says.

    Raises InvalidArgument where no epoch was finished yet.
    """
    state = checkpoint.load(folder / BEST)
    if state is None:
        raise InvalidArgument(
            "no epoch of this training is finished", where=str(folder), expected=BEST
        )
    recipe = Recipe.from_dict(state["recipe"])
    net = build(recipe)
    net.load_state_dict(state["mean"])
    return recipe, net.eval(), state


def _begun(recipe: Recipe, options: Options, folder: Path, weights: str, resume: bool) -> Fit:
    torch().manual_seed(options.seed)
    net = build(recipe)
    stored = checkpoint.load(folder / LAST) if resume else None
    begun = "" if stored else initialise(net, recipe, weights)
    net = net.to(options.device, memory_format=torch().channels_last)
    found = Fit(recipe, net, copy.deepcopy(net), _optimiser(net, options.rate), begun=begun)
    if stored is not None:
        found.restore(stored)
    return found


def _optimiser(net: Net, rate: float) -> Any:  # noqa: ANN401 - a torch.optim.Optimizer
    early = list(net.encoder.parameters())
    known = {id(one) for one in early}
    late = [one for one in net.parameters() if id(one) not in known]
    groups = [
        {"params": early, "lr": rate * _ENCODER, "full": rate * _ENCODER},
        {"params": late, "lr": rate, "full": rate},
    ]
    return torch().optim.AdamW(groups, weight_decay=1e-2)


def _epoch(
    found: Fit, batches: Batches, options: Options, total: int, folder: Path, progress: Progress
) -> None:
    epoch = found.step // options.steps + 1
    last = epoch * options.steps
    saved, lost, label = time.monotonic(), 0.0, f"epoch {epoch}/{options.epochs}"
    first = found.step
    for batch in batches.steps(first, last):
        lost += _step(found, batch, options, total)
        found.step += 1
        progress(f"{label}, loss {lost / (found.step - first):.3f}", found.step / total)
        if time.monotonic() - saved > _SAVE_S and found.step < last:
            checkpoint.save(folder / LAST, found.state())
            saved = time.monotonic()
    found.history.append({"epoch": epoch, "step": found.step, "loss": lost / (last - first)})


def _step(found: Fit, batch: Batch, options: Options, total: int) -> float:
    torch().manual_seed(options.seed * 1_000_003 + found.step)
    rgb, label = (torch().from_numpy(one) for one in batch)
    image, truth = augmented((rgb.float(), label))
    image = normalised(image).to(options.device, memory_format=torch().channels_last)
    found.net.train()
    freeze_norms(found.net)
    for group in found.optimiser.param_groups:
        group["lr"] = group["full"] * rate_at(found.step, total)
    with deep.half(options.device):
        logits = found.net(image)
    value = loss(logits, truth.to(options.device))
    found.optimiser.zero_grad()
    value.backward()
    torch().nn.utils.clip_grad_norm_(found.net.parameters(), _CLIP)
    found.optimiser.step()
    _average(found)
    return float(value.detach())


def rate_at(step: int, total: int) -> float:
    """Share of the full rate: a short rise, a plateau, and half a cosine down to 2 %."""
    rise = min(_WARM_UP, max(1, total // 10))
    if step < rise:
        return (step + 1) / rise
    done = step / total
    if done < _HELD:
        return 1.0
    return max(_LEAST, (1 + math.cos(math.pi * (done - _HELD) / (1 - _HELD))) / 2)


def _average(found: Fit) -> None:
    """Move the average towards the network: quickly at first, slowly later."""
    decay = min(_DECAY, (found.step + 1) / (found.step + 20))
    new = found.net.state_dict()
    with torch().no_grad():
        for name, value in found.mean.state_dict().items():
            if value.dtype.is_floating_point:
                value.lerp_(new[name], 1 - decay)
            else:
                value.copy_(new[name])


def _judged(found: Fit, judge: Judge | None) -> None:
    epoch = len(found.history)
    if judge is None:
        found.best_epoch = epoch
        return
    found.history[-1]["iou"] = value = judge(found.mean)
    if value > found.best:
        found.best, found.best_epoch = value, epoch


def _exhausted(found: Fit, options: Options) -> bool:
    waited = len(found.history) - found.best_epoch
    return bool(found.history) and waited >= options.patience
