"""Which candidate serves, whether it is good enough, and what a reader must be warned of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from geoml.contract import Service
from geoml.types import Text


@dataclass(frozen=True, slots=True)
class Verdict:
    """The champion and why.

    ``accepted`` follows the service's ``Accept``: the champion's error under block validation is
    below the threshold and below the baseline's; a baseline that serves is never accepted, even
    where it is ``precise``, its own error being below the threshold.
    """

    champion: Literal["lightgbm", "linear"]
    reason: Text
    accepted: bool
    precise: bool
    beats_mean: bool
    summary: dict[str, float]


def judge(
    service: Service, lines: Sequence[Mapping[str, Any]], through: Sequence[str] = ()
) -> Verdict:
    """Choose between the boosted trees and the baseline by their error over blocks.

    ``through`` are the features of the baseline's line, for the reason.
    """
    metric, baseline = service.accept.metric, service.accept.baseline
    block = {line["candidate"]: line for line in lines if line["scheme"] == "block"}
    trees, line, mean = (float(block[n][metric]) for n in ("lightgbm", baseline, "mean"))
    random = {line["candidate"]: line for line in lines if line["scheme"] == "random"}
    better = trees < line
    name = "lightgbm" if better else baseline
    keys = [key for key in block[name] if key not in ("candidate", "scheme", "optimistic")]
    return Verdict(
        champion="lightgbm" if better else "linear",
        reason=_reason(service, better, trees, line, _line(service, through)),
        accepted=better and trees < service.accept.below,
        precise=min(trees, line) < service.accept.below,
        beats_mean=min(trees, line) < mean,
        summary={
            **{key: block[name][key] for key in keys},
            f"baseline_{metric}": line,
            f"mean_{metric}": mean,
            f"random_{metric}": random[name][metric],
        },
    )


def warnings(
    service: Service, verdict: Verdict, metrics: Mapping[str, Any]
) -> list[dict[str, str]]:
    """What to say beside every answer of this model: ``{"code", "fr", "en"}`` each."""
    found = _quality(service, verdict)
    away = _elsewhere(service, verdict, metrics)
    if away >= service.accept.below:
        unit = service.target.unit
        found.append(
            warning(
                "elsewhere",
                fr=f"Dans une ville jamais vue, ce modèle se trompe de {comma(away)} {unit}.",
                en=f"In a town that it never saw, this model is off by {away:.2f} {unit}.",
            )
        )
    return found + of_blocks(metrics)


def of_blocks(metrics: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the blocks of a validation must be excused for."""
    found = []
    if metrics["validation"]["blocks_shorter_than_range"]:
        found.append(
            warning(
                "short_blocks",
                fr="Territoire trop petit pour des blocs de validation indépendants : "
                "l'erreur réelle peut être plus grande.",
                en="The area is too small for independent validation blocks: "
                "the true error may be larger.",
            )
        )
    if not all(one["exact"] for one in metrics["intervals"]):
        found.append(
            warning(
                "few_blocks",
                fr="Trop peu de blocs pour garantir tous les intervalles.",
                en="Too few blocks to guarantee every interval.",
            )
        )
    return found


LITTLE_R2 = 0.3
"""Share of the variation below which a map of the target deserves a warning."""


BARELY = 0.02
"""Share of the baseline's error that a model must do away with, not to be called a bare win."""


def _baseline(service: Service, verdict: Verdict) -> float:
    return verdict.summary[f"baseline_{service.accept.metric}"]


def _quality(service: Service, verdict: Verdict) -> list[dict[str, str]]:
    r2 = verdict.summary["r2"]
    if not verdict.beats_mean:
        return [
            warning(
                "skill",
                fr="Ce modèle ne fait pas mieux que la moyenne du territoire.",
                en="This model does no better than the average of the area.",
            )
        ]
    if not verdict.precise:
        return [
            warning(
                "not_accepted",
                fr=f"Ce modèle n'atteint pas le seuil de qualité fixé pour {service.title.fr}.",
                en=f"This model does not reach the quality set for {service.title.en}.",
            )
        ]
    found = []
    if verdict.champion == "linear":
        found.append(
            warning(
                "baseline",
                fr="Une simple droite répond ici : le modèle plus fin ne faisait pas mieux.",
                en="A straight line answers here: the finer model did no better.",
            )
        )
    elif verdict.summary[service.accept.metric] > (1 - BARELY) * _baseline(service, verdict):
        found.append(
            warning(
                "barely",
                fr="Une simple droite ferait presque aussi bien que ce modèle.",
                en="A straight line would do almost as well as this model.",
            )
        )
    if r2 < LITTLE_R2:
        share = round(100 * max(r2, 0))
        found.append(
            warning(
                "little",
                fr=f"Ce modèle n'explique que {share} % des différences du territoire.",
                en=f"This model explains only {share}% of the differences in the area.",
            )
        )
    return found


def _elsewhere(service: Service, verdict: Verdict, metrics: Mapping[str, Any]) -> float:
    """The champion's error over whole areas left out; 0 where there is one area."""
    name = "lightgbm" if verdict.champion == "lightgbm" else service.accept.baseline
    found = (
        float(line[service.accept.metric])
        for line in metrics["table"]
        if (line["candidate"], line["scheme"]) == (name, "area")
    )
    return next(found, 0.0)


def _line(service: Service, through: Sequence[str]) -> Text:
    """The features of the baseline's line in brackets, for a sentence; empty without any."""
    titles = [one.title.within() for one in service.features if one.name in through]
    if not titles:
        return Text("", "")
    return Text(
        fr=f" ({' et '.join(one.fr for one in titles)})",
        en=f" ({' and '.join(one.en for one in titles)})",
    )


def _reason(service: Service, better: bool, trees: float, line: float, of: Text) -> Text:
    unit, below = service.target.unit, service.accept.below
    numbers = f"{trees:.2f} {unit}", f"{line:.2f} {unit}"
    fr_numbers = f"{comma(trees)} {unit}", f"{comma(line)} {unit}"
    if better:
        return Text(
            fr=f"Les arbres boostés se trompent de {fr_numbers[0]} sur des blocs jamais vus, la "
            f"droite de référence{of.fr} de {fr_numbers[1]} (seuil {below:g} {unit}).",
            en=f"The boosted trees are off by {numbers[0]} on unseen blocks, the baseline "
            f"line{of.en} by {numbers[1]} (threshold {below:g} {unit}).",
        )
    return Text(
        fr=f"La droite de référence{of.fr} est servie : les arbres boostés se trompent de "
        f"{fr_numbers[0]} sur des blocs jamais vus, elle de {fr_numbers[1]}.",
        en=f"The baseline line{of.en} is served: the boosted trees are off by {numbers[0]} on "
        f"unseen blocks, the line by {numbers[1]}.",
    )


def comma(value: float) -> str:
    """A number with two decimals as French writes it."""
    return f"{value:.2f}".replace(".", ",")


def warning(code: str, *, fr: str, en: str) -> dict[str, str]:
    """One warning as every answer carries it."""
    return {"code": code, "fr": fr, "en": en}
