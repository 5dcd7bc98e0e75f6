"""What screens are held to, as data: each cut-off and word list with its mark and its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from harness.load import load_as
from harness.model import Frozen, NonEmpty
from scoring.tree import Mark

RULES = Path(__file__).parent / "rules.yaml"
"""The rules that are used unless others are given."""


class Limit(Frozen):
    """A cut-off."""

    value: Annotated[float, Field(gt=0)]
    mark: Mark
    source: NonEmpty


class Vocabulary(Frozen):
    """Words that something is known by."""

    words: Annotated[tuple[NonEmpty, ...], Field(min_length=1)]
    mark: Mark
    source: NonEmpty

    def within(self, text: str) -> str | None:
        """The first of the words that a text holds."""
        return next((word for word in self.words if word in text), None)

    def within_any(self, texts: Iterable[str]) -> bool:
        """Whether one of the texts holds one of the words."""
        return any(self.within(text) for text in texts)


class ContrastRules(Frozen):
    """How much text must stand out from its ground, and how sure a picture is of it."""

    text: Limit
    large_text: Limit
    large_above_dp: Limit
    ink_of_size: Limit
    error_share: Limit
    error_share_small: Limit
    """Of a text whose lines are lower than `sure_line_px`: JPEG bleaches small coloured letters."""
    sure_line_px: Limit
    even_ground_share: Limit
    notified_share: Limit
    """Of the screen's height, at its top: there a notification may lie over the App."""
    least_line_px: Limit
    """Of the ink of a line: in a lower one strokes are too thin to have their colour."""


class TargetRules(Frozen):
    """How large is what is touched."""

    least_dp: Limit
    at_edge_dp: Limit
    ground_share: Limit


class ScreenRules(Frozen):
    """What is taken for granted of a screen whose record does not say it."""

    width_dp: Limit


class GuideRules(Frozen):
    """What the guide of a service holds, by the headings that are in use."""

    least: Limit
    mark: Mark
    source: NonEmpty
    elements: Mapping[NonEmpty, Annotated[tuple[NonEmpty, ...], Field(min_length=1)]]


class DateRules(Frozen):
    """How old a dated item may be, and which are nobody else's business."""

    within_days: Limit
    private: Vocabulary


class Rules(Frozen):
    """All that the audit holds screens to."""

    contrast: ContrastRules
    targets: TargetRules
    screen: ScreenRules
    guide: GuideRules
    dates: DateRules


@lru_cache(maxsize=4)
def load_rules(path: Path = RULES) -> Rules:
    """Reads rules.

    Raises:
        InvalidFile: with all mistakes of the file, `path:line:col` each.
    """
    return load_as(Rules, path, root=path.parent).value
