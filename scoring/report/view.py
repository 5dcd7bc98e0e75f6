"""What pages show of attempts, as values: sentences, pictures, clocks, places. Pure."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.model import (
    AppProfile,
    AttemptRecord,
    Box,
    Outcome,
    Point,
    RunRecord,
    Scenario,
    StepRecord,
    StepTimes,
)
from scoring.report.pictures import Pictured
from scoring.report.shown import Said, Shown
from scoring.report.words import Tone, tone
from scoring.review.events import UsabilityProblem

UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
GROUPS = ("run", "when")
"""Kinds of steps that only hold other steps."""


@dataclass(frozen=True)
class Shot:
    """A picture on a page."""

    full: str
    """Address of the evidence itself, from the report's folder."""
    small: str
    """Of its small copy, from there as well."""
    width: int
    height: int
    wireframe: bool
    """Whether it is a drawing, as the App forbids pictures of this screen."""


@dataclass(frozen=True)
class Part:
    """One part of a step's time."""

    name: str
    seconds: float
    before: float
    """What the parts to its left sum up to."""


@dataclass(frozen=True)
class Pin:
    """A usability problem at its spot of a picture."""

    number: int
    """Within its attempt, from 1."""
    problem: UsabilityProblem


@dataclass(frozen=True)
class StepView:
    """One step of an attempt."""

    number: int
    """Counted from 1, steps that only hold others left out."""
    record: StepRecord
    before: Shot | None
    after: Shot | None
    nodes: str | None
    """Address of the script with its hierarchy, from the report's folder."""
    clock: tuple[Part, ...]
    pins: tuple[Pin, ...] = ()

    @property
    def box(self) -> Box | None:
        """Where the element was."""
        return None if self.record.match is None else self.record.match.box

    @property
    def touched(self) -> Point | None:
        """Where the finger went down."""
        return self.record.touched

    @property
    def shot(self) -> Shot | None:
        """The picture that stands for the step: what the person saw at its end."""
        return self.after or self.before


@dataclass(frozen=True)
class AttemptView:
    """One attempt."""

    record: AttemptRecord
    run_id: str
    page: str
    """Address of its page, from the report's folder."""
    task: Scenario
    app: AppProfile
    steps: tuple[StepView, ...]
    said: Said
    """By reviewers."""

    @property
    def name(self) -> str:
        """Unique within a report."""
        return f"{self.run_id}/{self.record.id}"

    @property
    def outcome(self) -> Outcome:
        """The court's, or what reviewers have made of it."""
        return self.record.verdict.outcome

    @property
    def tone(self) -> Tone:
        """How it is coloured."""
        return tone(self.outcome)

    @property
    def app_key(self) -> str:
        """Of its App, told apart from the same one on a real phone."""
        return app_key(self.record.app, self.record.simulated)

    @property
    def pinned(self) -> tuple[tuple[StepView | None, Pin], ...]:
        """Its usability problems, each with its step."""
        steps = {pin.number: step for step in self.steps for pin in step.pins}
        pins = (Pin(number, problem) for number, problem in enumerate(self.said.problems, 1))
        return tuple((steps.get(pin.number), pin) for pin in pins)

    @property
    def last(self) -> StepView | None:
        """The step at which it ended."""
        return self.steps[-1] if self.steps else None

    @property
    def last_seen(self) -> StepView | None:
        """The step that failed, else the last that has a picture."""
        failed = [step for step in self.steps if step.record.status == "failed"]
        seen = [step for step in self.steps if step.shot]
        return next(iter([*failed, *reversed(seen)]), None)

    @property
    def slowest(self) -> StepView | None:
        """The step at which the App made the person wait longest."""
        return max(self.steps, key=lambda step: step.record.times.app_s, default=None)

    @property
    def widest_s(self) -> float:
        """Of its steps the longest wall time, in seconds: the scale of its clocks."""
        return max((step.record.times.wall_s for step in self.steps), default=0.0)

    @property
    def shot(self) -> Shot | None:
        """The last picture of it."""
        return next((step.shot for step in reversed(self.steps) if step.shot), None)


def app_key(app: str, simulated: bool) -> str:
    """Of an App in addresses and filters."""
    return f"{app}-simulated" if simulated else app


@dataclass(frozen=True)
class Made:
    """What was made of a run's evidence, by the name of the evidence."""

    evidence: str
    """Address of the run's evidence, from the report's folder."""
    beside: str
    """What goes before the addresses of small pictures and hierarchies: empty, or `../report/`."""
    pictures: Mapping[str, Pictured | None]
    nodes: Mapping[str, str | None]


def view_run(shown: Shown, made: Made, *, several: bool = False) -> Iterator[AttemptView]:
    """The attempts of a run.

    Args:
        shown: the run.
        made: its pictures and hierarchies.
        several: whether other runs are in the report as well.
    """
    request = shown.run.run
    tasks = {each.id: each for each in request.scenarios}
    apps = {each.id: each for each in request.apps}
    for record in shown.run.attempts:
        if record.scenario in tasks and record.app in apps:
            said = shown.said(record)
            yield AttemptView(
                record=record,
                run_id=request.run_id,
                page=_page(record, request, several=several),
                task=tasks[record.scenario],
                app=apps[record.app],
                steps=tuple(_view_steps(record.steps, made, said.problems)),
                said=said,
            )


def _page(record: AttemptRecord, run: RunRecord, *, several: bool) -> str:
    name = UNSAFE.sub(".", record.id).strip(".")
    return f"attempts/{f'{run.run_id}.' if several else ''}{name}.html"


def _view_steps(
    steps: Sequence[StepRecord], made: Made, problems: Sequence[UsabilityProblem]
) -> Iterator[StepView]:
    shown = [step for step in steps if step.kind not in GROUPS or step.status == "failed"]
    pins = [Pin(number, problem) for number, problem in enumerate(problems, 1)]
    for number, step in enumerate(shown, 1):
        script = None if step.hierarchy is None else made.nodes.get(step.hierarchy)
        yield StepView(
            number=number,
            record=step,
            before=_shot(step.before, step, made),
            after=_shot(step.after, step, made),
            nodes=None if script is None else f"{made.beside}nodes/{script}",
            clock=tuple(_parts(step.times)),
            pins=tuple(pin for pin in pins if pin.problem.step == step.path),
        )


def _shot(name: str | None, step: StepRecord, made: Made) -> Shot | None:
    pictured = None if name is None else made.pictures.get(name)
    if name is None or pictured is None:
        return None
    return Shot(
        full=f"{made.evidence}/{name[:2]}/{name}",
        small=f"{made.beside}pictures/{pictured.small}",
        width=pictured.width,
        height=pictured.height,
        wireframe=name in step.drawn,
    )


def _parts(times: StepTimes) -> Iterator[Part]:
    spent = {
        "app": times.app_s,
        "action": times.action_s,
        "tool": times.tool_s - times.action_s,
        "barrier": times.barrier_s,
        "evidence": times.evidence_s,
    }
    before = 0.0
    for name, seconds in spent.items():
        if seconds > 0:
            yield Part(name, seconds, before)
            before += seconds


# --- many attempts --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slow:
    """A step of a task on an App that made people wait, over all attempts that took it."""

    attempt: AttemptView
    """The one that waited longest."""
    step: StepView
    median_s: float
    n: int

    @property
    def worst_s(self) -> float:
        """Of that attempt, in seconds."""
        return self.step.record.times.app_s


def slowest_steps(attempts: Iterable[AttemptView]) -> list[Slow]:
    """The steps by the median of what the App made people wait, the longest first."""
    found: dict[tuple[str, str, str], list[tuple[AttemptView, StepView]]] = {}
    for attempt in attempts:
        for step in attempt.steps:
            if step.record.status != "not_taken" and step.shot is not None:
                key = (attempt.app_key, attempt.task.id, step.record.path)
                found.setdefault(key, []).append((attempt, step))
    return sorted(map(_slow, found.values()), key=lambda slow: slow.median_s, reverse=True)


def _slow(taken: Sequence[tuple[AttemptView, StepView]]) -> Slow:
    waits = [step.record.times.app_s for _, step in taken]
    attempt, step = max(taken, key=lambda each: each[1].record.times.app_s)
    return Slow(attempt, step, statistics.median(waits), len(taken))
