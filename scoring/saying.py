"""Numbers in words, with their intervals and their n: rounding happens here and nowhere before."""

from __future__ import annotations

from collections.abc import Callable

from scoring.estimate import Estimate

NOTHING = "—"
"""Where there is no number."""


def say_rate(estimate: Estimate | None, completed: int) -> str:
    """`4/5  80 % [36–98]`: what was counted, then what is estimated from it."""
    if estimate is None:
        return NOTHING
    share = f"{_percent(estimate.value)} %{_interval(estimate, _percent)}"
    return f"{completed}/{estimate.n}  {share}"


def say_seconds(estimate: Estimate | None, half_width_s: float | None = None) -> str:
    """`12.3 s [9.1–16.7], n=4`; of a single time its reading error: `12.3 ± 0.1 s, n=1`."""
    if estimate is None:
        return NOTHING
    if estimate.low is None and half_width_s is not None:
        return f"{_seconds(estimate.value)} ± {half_width_s:.1f} s, n={estimate.n}"
    return f"{_seconds(estimate.value)} s{_interval(estimate, _seconds)}, n={estimate.n}"


def say_points(value: float) -> str:
    """`77.1`: points of 100."""
    return "100" if value >= 99.95 else f"{value:.1f}"


def say_percent(share: float) -> str:
    """`42 %`, and `0.8 %` of less than ten."""
    percent = 100 * share
    return f"{percent:.1f} %" if 0.05 <= percent < 9.95 else f"{percent:.0f} %"


def say_short(seconds: float) -> str:
    """`0.52 s`, `12.3 s`, `140 s`; `0 s` of less than a hundredth."""
    return "0 s" if seconds < 0.005 else f"{_seconds(seconds)} s"


def _interval(estimate: Estimate, say: Callable[[float], str]) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f" [{say(estimate.low)}–{say(estimate.high)}]"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def _seconds(seconds: float) -> str:
    """Two digits after the point below a second, none from a hundred seconds on."""
    digits = 2 if seconds < 1 else 1 if seconds < 100 else 0
    return f"{seconds:.{digits}f}"
