"""One screen held against the rules: targets, labels, contrast, dates; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from harness.model import Box, Words
from scoring.audit.findings import Item, Judgement, Sighting
from scoring.audit.pixels import Ink, Pixels, measure
from scoring.audit.rules import Limit, Rules
from scoring.audit.screen import Element, Scale, Screen

SLACK_DP = 0.5
"""Lengths are rounded to whole pixels on their way."""
_DATE = re.compile(r"(?<!\d)(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
LEAST_DATED = 2
"""Dated rows on a screen, at least, that make it a list of dated items."""


def judge_targets(screen: Screen, at: Sighting, scale: Scale, rules: Rules) -> Iterator[Judgement]:
    """Whether what is touched is large enough to be hit; None where scrolling may hide a part."""
    for element in _touched(screen, at, rules):
        box = element.box
        if box is None:
            continue
        sides = (box.right - box.left) / scale.pixels, (box.bottom - box.top) / scale.pixels
        limit = rules.targets.at_edge_dp if _at_edge(screen, box) else rules.targets.least_dp
        short = [side + SLACK_DP < limit.value for side in sides]
        hidden = screen.cut_off(element)
        doubtful = any(small and cut for small, cut in zip(short, hidden, strict=True))
        # On a phone of another density each may be larger or smaller than it seems.
        right = None if doubtful or scale.mark == "assumed" else not any(short)
        yield _judgement(
            "touch_targets", screen, element, at, right, (limit, min(sides)),
            Words(
                zh=f"触摸目标最短边 {min(sides):.0f} dp，应不小于 {limit.value:.0f} dp",
                en=f"a target of {min(sides):.0f} dp; at least {limit.value:.0f} dp",
            ),
        )  # fmt: skip


def judge_labels(screen: Screen, at: Sighting, rules: Rules) -> Iterator[Judgement]:
    """Whether what is touched has a name to be read out.

    None for an empty field: a label beside it may name it, which no hierarchy says.
    """
    for element in _touched(screen, at, rules):
        said = bool(screen.said(element))
        right = None if not said and "EditText" in element.kind else said
        yield _judgement(
            "labels", screen, element, at, right, None,
            Words(zh="控件有可朗读的名称", en="a control has a name to be read out")
            if said
            else Words(zh="控件没有可朗读的名称", en="a control without a name to be read out"),
        )  # fmt: skip


UNWRITTEN = frozenset({"RatingBar", "SeekBar", "ProgressBar"})
"""Classes whose text is a value that stars or a bar show, and nothing that is written."""


def judge_contrast(
    screen: Screen, at: Sighting, picture: Pixels, scale: Scale, rules: Rules
) -> Iterator[Judgement]:
    """Whether texts stand out from their ground; None where the ground is a picture.

    Says nothing at all under a toast, nor where the picture is of another size than the screen.
    """
    if screen.toast or picture.shape[:2] != (screen.height, screen.width):
        return
    share = rules.contrast.even_ground_share.value
    for element in screen.of(at.package):
        box = element.box
        if box is None or not element.leaf or not element.text.strip():
            continue
        if element.password or not element.enabled or any(screen.cut_off(element)):
            continue
        if element.kind in UNWRITTEN:
            continue
        ink = measure(picture[max(box.top, 0) : box.bottom, max(box.left, 0) : box.right], share)
        if ink is None:
            continue
        least_large = rules.contrast.large_above_dp.value * rules.contrast.ink_of_size.value
        large = ink.line_px / scale.pixels > least_large
        limit = rules.contrast.large_text if large else rules.contrast.text
        right: bool | None = ink.contrast >= limit.value or None
        small = ink.line_px < rules.contrast.sure_line_px.value
        error = rules.contrast.error_share_small if small else rules.contrast.error_share
        below = ink.contrast < limit.value * (1 - error.value)
        if below and not _doubtful(ink, box, screen, rules):
            right = False
        yield _judgement(
            "contrast", screen, element, at, right, (limit, ink.contrast),
            Words(
                zh=f"对比度 {ink.contrast:.1f}:1，应不低于 {limit.value:.1f}:1",
                en=f"a contrast of {ink.contrast:.1f}:1; at least {limit.value:.1f}:1",
            ),
        )  # fmt: skip


def _doubtful(ink: Ink, box: Box, screen: Screen, rules: Rules) -> bool:
    """Whether what is faint may be something else than the text as the App draws it.

    A notification of Android's lies over an App without a word in the hierarchy, strokes of a
    pixel never reach their colour, and a picture behind a text is not its ground.
    """
    under_system = box.top < rules.contrast.notified_share.value * screen.height
    return under_system or ink.framed or ink.line_px < rules.contrast.least_line_px.value


def judge_dates(screen: Screen, at: Sighting, today: date, rules: Rules) -> Iterator[Judgement]:
    """Whether the items of a public list are recent; None for a day that is still to come."""
    if rules.dates.private.within_any(screen.texts):
        return
    dated = [(each, day) for each in screen.of(at.package) if (day := _day(each.words))]
    if len(dated) < LEAST_DATED:
        return
    limit = rules.dates.within_days
    for element, day in dated:
        age = (today - day).days
        yield _judgement(
            "dated_items", screen, element, at,
            None if age < 0 else age <= limit.value, (limit, float(age)),
            Words(zh=f"日期 {day}，距今 {age} 天", en=f"dated {day}, {age} days ago"),
        )  # fmt: skip


def guide_elements(screen: Screen, rules: Rules) -> frozenset[str]:
    """Which elements of a service's guide are on a screen, by their usual headings."""
    said = "\n".join(screen.texts)
    return frozenset(
        name
        for name, headings in rules.guide.elements.items()
        if any(heading in said for heading in headings)
    )


def _touched(screen: Screen, at: Sighting, rules: Rules) -> Iterator[Element]:
    """What a finger is meant to touch and that is no ground to tap away from."""
    for element in screen.of(at.package):
        if not element.touched or element.box is None:
            continue
        if screen.share(element.box) <= rules.targets.ground_share.value:
            yield element


def _at_edge(screen: Screen, box: Box) -> bool:
    across = box.left <= 0 or box.right >= screen.width
    return across or box.top <= 0 or box.bottom >= screen.height


def _day(text: str) -> date | None:
    found = _DATE.search(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:  # 2024-13-40
        return None


def _judgement(
    item: Item,
    screen: Screen,
    element: Element,
    at: Sighting,
    right: bool | None,
    against: tuple[Limit, float] | None,
    says: Words,
) -> Judgement:
    limit, measured = against or (None, None)
    return Judgement(
        item=item,
        element=screen.name(element),
        right=right,
        says=says,
        box=element.box,
        measured=measured,
        limit=limit.value if limit else None,
        mark=limit.mark if limit else "published",
        source=limit.source if limit else "WCAG 2.1, 4.1.2",
        at=at,
    )
