"""The audit of a run: each distinct screen of an App once, from the evidence on the disk."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from harness.model import AttemptRecord, StepRecord, Words
from harness.store import Run, picture_path
from scoring.audit.findings import Judgement, Sighting, once
from scoring.audit.judge import (
    guide_elements,
    judge_contrast,
    judge_dates,
    judge_labels,
    judge_targets,
)
from scoring.audit.pixels import Pixels
from scoring.audit.rules import Rules, load_rules
from scoring.audit.screen import Screen, read_screen, scale_of
from scoring.leaves import Audited
from scoring.spread import spread

MOST_BYTES = 20_000_000
"""Of an unpacked hierarchy that are read."""
AppKey = tuple[str, bool]
"""An App, and whether on a simulated phone."""
ScreenKey = tuple[str, bool, str]
"""The same, and the hierarchy."""
FEW = 40
"""So few screens are looked at sooner than processes are started."""


class Look(NamedTuple):
    """A screen to be looked at."""

    at: Sighting
    """Without the package, which its hierarchy may have to tell."""
    session: Mapping[str, Any]
    day: date
    """When it was seen."""


class Seen(NamedTuple):
    """What a screen shows."""

    judgements: tuple[Judgement, ...]
    guide: frozenset[str]
    """Elements of a service's guide."""
    scrolls: bool
    package: str


def audit_run(run: Run, directory: Path, rules: Rules | None = None) -> tuple[Judgement, ...]:
    """What the screens of a run show, each thing once.

    Evidence that is gone or damaged is passed over: `scoring verify` tells of it.

    Args:
        run: as read from the directory.
        directory: of the run, with its evidence.
        rules: other ones than the project's own.
    """
    rules = rules or load_rules()
    sightings = list(_sightings(run))
    screens: dict[ScreenKey, Look] = {}
    for each in sightings:
        screens.setdefault(_screen_of(each), each)
    looks = spread(partial(_look, directory, rules), list(screens.values()), FEW)
    seen = dict(zip(screens, looks, strict=True))
    found = [judgement for look in seen.values() for judgement in look.judgements]
    for guide in _guides(sightings, seen):
        found += _judge_guide(guide, rules)
    return once(found)


def shares(judgements: Iterable[Judgement]) -> Mapping[AppKey, Mapping[str, tuple[int, int]]]:
    """How many were right, and how many could be told, by App and item."""
    counted: dict[AppKey, dict[str, tuple[int, int]]] = {}
    for each in judgements:
        if each.right is None:
            continue
        items = counted.setdefault((each.at.app, each.at.simulated), {})
        right, total = items.get(each.item, (0, 0))
        items[each.item] = right + each.right, total + 1
    return counted


def audits_of(judgements: Iterable[Judgement]) -> Mapping[AppKey, Mapping[str, Audited]]:
    """The `audits` that `scoring.index.index_apps` takes: what was right, by App and item.

    An item of which nothing could be told is not there.
    """
    return {
        app: {item: Audited(right / total, total) for item, (right, total) in items.items()}
        for app, items in shares(judgements).items()
    }


# --- screens --------------------------------------------------------------------------------------


def _screen_of(look: Look) -> ScreenKey:
    return look.at.app, look.at.simulated, look.at.hierarchy


def _sightings(run: Run) -> Iterator[Look]:
    """Each hierarchy of an App once a scenario, by a step that has a picture of it if there is one.

    A screen has its guide in each scenario.
    """
    first: dict[tuple[str, bool, str, str], tuple[AttemptRecord, StepRecord]] = {}
    for attempt in run.attempts:
        for step in attempt.steps:
            if not step.hierarchy:
                continue
            key = attempt.app, attempt.simulated, attempt.scenario, step.hierarchy
            before = first.get(key)
            if before is None or (_picture(before[1]) is None and _picture(step)):
                first[key] = attempt, step
    for attempt, step in first.values():
        at = _sighting(run.run.run_id, attempt, step)
        yield Look(at, attempt.session, attempt.started_at.date())


def _look(directory: Path, rules: Rules, look: Look) -> Seen:
    """What one screen shows."""
    screen = _screen(directory, look.at.hierarchy)
    at = look.at.model_copy(update={"package": _package(look.session, screen)})
    return Seen(
        judgements=tuple(_judge(screen, at, look, directory, rules)),
        guide=guide_elements(screen, rules),
        scrolls=any(each.scrollable for each in screen.elements),
        package=at.package,
    )


def _judge(
    screen: Screen, at: Sighting, look: Look, directory: Path, rules: Rules
) -> Iterator[Judgement]:
    yield from judge_labels(screen, at, rules)
    yield from judge_dates(screen, at, look.day, rules)
    shorter = min(screen.width, screen.height)
    scale = scale_of(look.session, shorter, rules.screen.width_dp)
    if scale is None:
        return
    yield from judge_targets(screen, at, scale, rules)
    picture = _pixels(directory, at.picture) if at.picture else None
    if picture is not None:
        yield from judge_contrast(screen, at, picture, scale, rules)


# --- guides ---------------------------------------------------------------------------------------


def _guides(
    sightings: Iterable[Look], seen: Mapping[ScreenKey, Seen]
) -> Iterator[list[tuple[Sighting, Seen]]]:
    """The screens of each guide: those of a task on an App that one activity has shown."""
    found: dict[tuple[str, bool, str, str], list[tuple[Sighting, Seen]]] = {}
    for each in sightings:
        screen = seen[_screen_of(each)]
        if screen.guide:
            key = each.at.app, each.at.simulated, each.at.scenario, each.at.activity
            at = each.at.model_copy(update={"package": screen.package})
            found.setdefault(key, []).append((at, screen))
    yield from found.values()


def _judge_guide(seen: list[tuple[Sighting, Seen]], rules: Rules) -> Iterator[Judgement]:
    """What a guide holds, all its parts united.

    What is missing cannot be told of one that scrolls and of which only one part was seen.
    """
    present = frozenset[str]().union(*(screen.guide for _, screen in seen))
    if len(present) < rules.guide.least.value:
        return
    at, first = seen[0]
    whole = len({sighting.hierarchy for sighting, _ in seen}) > 1 or not first.scrolls
    for name in rules.guide.elements:
        held = name in present
        yield Judgement(
            item="guide_elements",
            element=f"{at.scenario} {name}",
            right=True if held else (False if whole else None),
            says=Words(zh=f"办事指南{'有' if held else '未见'}“{name}”"),
            mark=rules.guide.mark,
            source=rules.guide.source,
            at=at,
        )


def _sighting(run: str, attempt: AttemptRecord, step: StepRecord) -> Sighting:
    return Sighting(
        run=run,
        app=attempt.app,
        simulated=attempt.simulated,
        attempt=attempt.id,
        scenario=attempt.scenario,
        step=step.path,
        activity=step.activity,
        package="",
        hierarchy=step.hierarchy or "",
        picture=_picture(step),
    )


def _package(session: Mapping[str, object], screen: Screen) -> str:
    """The App's own, as its session says; else that of the first element."""
    for name in ("appPackage", "appium:appPackage"):
        if said := session.get(name):
            return str(said)
    return next((each.package for each in screen.elements if each.package), "")


def _picture(step: StepRecord) -> str | None:
    """The screenshot that goes with its hierarchy; a wireframe is none."""
    return step.after if step.after and step.after not in step.drawn else None


def _screen(directory: Path, name: str) -> Screen:
    """Without elements where the evidence is gone or cannot be read."""
    try:
        with gzip.open(picture_path(directory, name)) as file:
            return read_screen(file.read(MOST_BYTES).decode("utf-8", "replace"))
    except (OSError, EOFError, zlib.error):
        return read_screen("")


def _pixels(directory: Path, name: str) -> Pixels | None:
    try:
        data = picture_path(directory, name).read_bytes()
        with Image.open(io.BytesIO(data)) as picture:
            return np.asarray(picture.convert("RGB"))
    except (OSError, Image.DecompressionBombError):
        return None
