"""Whose App is whose: from the indexes of runs to the App channel of cities. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harness.errors import UsageError
from harness.model import Words
from harness.problem import join, listed, suggest
from scoring.channels import CHANNELS, Channel
from scoring.estimate import Estimate
from scoring.index import AppIndex, Indexes


class Home(NamedTuple):
    """An App, and the city whose App channel it is."""

    app: str
    city: str


def parse_home(text: str) -> Home:
    """`sample_city=样例市`.

    Raises:
        UsageError: it is not so.
    """
    app, equals, city = (part.strip() for part in text.partition("="))
    if not (app and equals and city):
        raise UsageError(f"--app {text}: write APP=CITY, as in sample_city=样例市")
    return Home(app, city)


def parse_sigma(texts: Sequence[str]) -> dict[Channel, float]:
    """`website=0.3`, one a channel; a channel that is not named weighs nothing.

    Raises:
        UsageError: one is not so, or names a channel twice.
    """
    sigma: dict[Channel, float] = {}
    for text in texts:
        name, _, number = (part.strip() for part in text.partition("="))
        channel = next((each for each in CHANNELS if each == name), None)
        if channel is None:
            raise UsageError(f"--sigma {text}: {_say_no_channel(name)}")
        if channel in sigma:
            raise UsageError(f"--sigma {text}: {channel} has a weight already")
        try:
            sigma[channel] = float(number)
        except ValueError:
            raise UsageError(f"--sigma {text}: {number!r} is not a number") from None
    return sigma


def _say_no_channel(name: str) -> Words:
    channels = listed(CHANNELS)
    message = Words(
        zh=f"请写 渠道=权重；渠道有 {channels.zh}",
        en=f"write CHANNEL=WEIGHT; channels are {channels.en}",
    )
    return join(message, suggest(name, CHANNELS))


def settle(indexes: Indexes, homes: Sequence[Home]) -> dict[str, Estimate]:
    """The App index by city.

    Raises:
        UsageError: an App was not tried or its index not measured, it was tried on simulated
            and on real phones, or a city is given two Apps.
    """
    settled: dict[str, Estimate] = {}
    for home in homes:
        if home.city in settled:
            raise UsageError(f"--app {home.app}={home.city}: this city has an App already")
        settled[home.city] = _index_of(home.app, indexes)
    return settled


def _index_of(app: str, indexes: Indexes) -> Estimate:
    found = [each for each in indexes.apps if each.app == app]
    if not found:
        names = [each.app for each in indexes.apps]
        apps = listed(names)
        message = Words(
            zh=f"没有可计分的尝试；现有 App：{apps.zh}",
            en=f"there is no attempt of it that counts; Apps: {apps.en}",
        )
        raise UsageError(f"{app}: {join(message, suggest(app, names))}")
    if len(found) > 1:
        raise UsageError(f"{app} was tried on simulated and on real phones; give runs of one kind")
    return _measured(found[0])


def _measured(found: AppIndex) -> Estimate:
    if found.index is None:
        raise UsageError(
            f"{found.app}: its index was not measured, only {found.covered:.0%} of the weight "
            "was; that is no score of 0"
        )
    return found.index
