"""What the audit says of one thing on one screen, so that a reviewer can look at it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from harness.model import Box, Frozen, Words
from scoring.tree import Mark

Item = Literal["contrast", "touch_targets", "labels", "guide_elements", "dated_items"]
"""What is judged; as `item` of an indicator in `indicators.yaml`."""


class Sighting(Frozen):
    """Where something was seen."""

    run: str
    app: str
    simulated: bool
    attempt: str
    scenario: str
    step: str
    """Its path in the scenario: 3.2."""
    activity: str
    package: str
    """Of the App: what Android or a keyboard shows is not its doing."""
    hierarchy: str
    """A file name under evidence/."""
    picture: str | None
    """The same; None where there is no screenshot of it, or only a drawing."""


class Judgement(Frozen):
    """One thing held against one rule."""

    item: Item
    element: str
    """What it is known by: its id, else its class with its words or its place in the tree."""
    right: bool | None
    """None: it cannot be told from what was seen."""
    says: Words
    box: Box | None = None
    """In pixels of the picture; None where it is about what is not there, or about all."""
    measured: float | None = None
    limit: float | None = None
    mark: Mark
    source: str
    """Of the limit, or of the words that something was known by."""
    at: Sighting

    @property
    def key(self) -> tuple[str, bool, Item, str, str]:
        """What stays the same when the same thing is seen again."""
        screen = self.at.activity or self.at.hierarchy
        return self.at.app, self.at.simulated, self.item, screen, self.element


def once(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """Each thing once, however often it was seen: the sighting in which it was wrong counts most.

    A sighting in which nothing could be told counts least.
    """
    kept: dict[object, Judgement] = {}
    for judgement in judgements:
        before = kept.get(judgement.key)
        if before is None or _GRAVITY[judgement.right] > _GRAVITY[before.right]:
            kept[judgement.key] = judgement
    return tuple(kept.values())


_GRAVITY = {None: 0, True: 1, False: 2}
