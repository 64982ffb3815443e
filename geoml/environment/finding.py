"""One thing that was looked at, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

State: TypeAlias = Literal["ok", "absent", "note", "missing", "outdated", "broken"]
FAILING: tuple[State, ...] = ("missing", "outdated", "broken")


@dataclass(frozen=True, slots=True)
class Finding:
    """``got`` is a version or a value, ``needed_by`` the extras that ask for it.

    ``absent`` is what nothing installed here asks for; ``note`` is worth knowing and no failure;
    ``missing``, ``outdated`` and ``broken`` are failures, each with its ``next_step``.
    """

    topic: str
    name: str
    state: State
    got: str = ""
    expected: str = ""
    needed_by: tuple[str, ...] = ()
    next_step: str = ""

    @property
    def failed(self) -> bool:
        """Whether something has to be done."""
        return self.state in FAILING


def as_dict(findings: Sequence[Finding]) -> dict[str, Any]:
    """All findings, the failures first by themselves, ready for JSON."""
    failed = [one for one in findings if one.failed]
    return {
        "ok": not failed,
        "failures": [f"{one.name}: {one.state} {one.got}".strip() for one in failed],
        "next_steps": next_steps(findings),
        "findings": [asdict(one) for one in findings],
    }


def next_steps(findings: Sequence[Finding]) -> list[str]:
    """What to do, each step once, in the order of the findings."""
    return list(dict.fromkeys(one.next_step for one in findings if one.failed and one.next_step))
