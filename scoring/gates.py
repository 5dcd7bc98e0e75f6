"""Gates for CI: is the index high enough, and has it not dropped too far? Pure, on numbers."""

from __future__ import annotations

from scoring.estimate import Estimate


def broken_gates(
    index: Estimate | None,
    *,
    min_index: float | None = None,
    before: Estimate | None = None,
    max_drop: float | None = None,
) -> tuple[str, ...]:
    """The gates that an index does not pass, a sentence each; empty when it passes all.

    The index itself is held against a gate, not an end of its interval: that would
    fail Apps for having been tried seldom. An index that was not measured passes
    no gate: nobody knows that it would.

    Args:
        index: of what is to be let through, 0 to 100; None: not measured.
        min_index: what it must reach.
        before: the index that it must not drop from; used with `max_drop`.
        max_drop: how far it may be below that, in points.
    """
    broken = []
    if min_index is not None:
        broken += _below(index, min_index)
    if max_drop is not None:
        broken += _dropped(index, before, max_drop)
    return tuple(broken)


def _below(index: Estimate | None, least: float) -> list[str]:
    if index is None:
        return [f"the index was not measured, so it does not reach {least:g}"]
    if index.value < least:
        return [f"the index {_say(index)} is below {least:g}"]
    return []


def _dropped(index: Estimate | None, before: Estimate | None, most: float) -> list[str]:
    if index is None or before is None:
        which = "first" if before is None else "second"
        return [f"the index of the {which} was not measured, so nobody knows whether it dropped"]
    drop = before.value - index.value
    if drop > most:
        return [
            f"the index dropped by {drop:.1f}, more than {most:g}: "
            f"from {_say(before)} to {_say(index)}"
        ]
    return []


def _say(index: Estimate) -> str:
    if index.low is None or index.high is None:
        return f"{index.value:.1f} (n={index.n})"
    return f"{index.value:.1f} [{index.low:.1f}–{index.high:.1f}] (n={index.n})"
