"""The Apps that a simulated phone can have on it, by the names that devices.yaml uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.phone.app import App
from harness.phone.calibration.app import APPS as CALIBRATION
from harness.phone.sample_city.app import APPS as SAMPLE_CITY

APPS: Mapping[str, Callable[[], App]] = {**SAMPLE_CITY, **CALIBRATION}


def load(names: Sequence[str]) -> tuple[App, ...]:
    """Makes Apps by their names.

    Raises:
        ValueError: There is no App of that name; the message lists those there are.
    """
    unknown = [name for name in names if name not in APPS]
    if unknown:
        raise ValueError(f"no App is called {unknown[0]!r}; there are: {', '.join(APPS)}")
    return tuple(APPS[name]() for name in names)
