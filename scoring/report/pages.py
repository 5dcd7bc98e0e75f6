"""From what was scored and seen to pages, by address; the one place that knows Jinja."""

from __future__ import annotations

import json
import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from harness.model import Outcome, Scenario, Words
from scoring.estimate import Estimate
from scoring.index import AppIndex, Indexes, NodeScore
from scoring.report.align import align, representative
from scoring.report.behind import Behind
from scoring.report.paths import draw_path
from scoring.report.shown import Shown, agreement_of
from scoring.report.view import AttemptView, Pin, Slow, StepView, app_key, slowest_steps
from scoring.report.words import (
    CLOCK,
    HEURISTICS,
    KINDS,
    OUTCOMES,
    QUESTIONS,
    SAYS,
    SEVERITIES,
    STATUS,
    tone,
)
from scoring.review.queue import WHY, Waiting, queue
from scoring.saying import say_percent, say_points, say_rate, say_seconds, say_short
from scoring.scorecard import AppScore, Scorecard, TaskScore
from scoring.show_index import place_of, say_order

HERE = Path(__file__).parent
STATIC = HERE / "static"
RADAR_PX = 80.0
MOST_STRIPS = 6
"""Attempts under each other on a task's page."""


@dataclass(frozen=True)
class Spoke:
    """One capability of a radar chart: where its axis ends, and its letter."""

    x: float
    y: float
    label_x: float
    label_y: float
    letter: str
    known: bool
    """Whether it was measured: what was not has no point on its axis, not even at 0."""


@dataclass(frozen=True)
class Radar:
    """A radar chart as the points of its polygons."""

    rings: tuple[str, ...]
    spokes: tuple[Spoke, ...]
    area: str


@dataclass(frozen=True)
class TaskRow:
    """A task on an App's page."""

    score: TaskScore
    seconds: str
    example: AttemptView | None


@dataclass(frozen=True)
class AppView:
    """An App with all that pages say of it."""

    score: AppScore
    index: AppIndex | None
    place: str
    tasks: tuple[TaskRow, ...]

    @property
    def key(self) -> str:
        """In addresses and filters."""
        return app_key(self.score.app, self.score.simulated)

    @property
    def capabilities(self) -> tuple[NodeScore, ...]:
        """Its scores on the first level."""
        return () if self.index is None else tuple(n for n in self.index.nodes if n.level == 1)

    @property
    def radar(self) -> Radar | None:
        """None unless three capabilities were measured or more."""
        known = [node for node in self.capabilities if node.score is not None]
        return _radar(self.capabilities) if len(known) > 2 else None

    @property
    def outcomes(self) -> tuple[tuple[Outcome, int], ...]:
        """How often which came out, in the order of the outcomes."""
        return _in_order(Counter(dict(self.score.counts.outcomes)))


@dataclass(frozen=True)
class Cell:
    """A task on an App, in the heat map."""

    app_key: str
    completed: int
    attempted: int
    seconds: str

    @property
    def shade(self) -> str:
        """Of five, by the share that was completed; `x` where nothing was attempted."""
        return str(round(4 * self.completed / self.attempted)) if self.attempted else "x"


@dataclass(frozen=True)
class HeatRow:
    """A task on all Apps; None where it was not planned."""

    scenario: str
    title: Words
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Problem:
    """A usability problem that a reviewer has pinned to a picture."""

    attempt: AttemptView
    step: StepView | None
    """None: its step is not one that is shown."""
    pin: Pin


@dataclass(frozen=True)
class Rating:
    """What reviewers answered to one question about an App."""

    question: Words
    mean: float | None
    most: int
    n: int


@dataclass(frozen=True)
class Site:
    """All that a report is made of."""

    card: Scorecard
    shown: tuple[Shown, ...]
    attempts: tuple[AttemptView, ...]
    logs: Mapping[str, str]
    """What devices' logs said, by the name of the attempt."""
    behind: Mapping[str, tuple[Behind, ...]]
    """What the indicators of each App rest on, by the App's key."""

    @property
    def index(self) -> Indexes | None:
        """Of the Apps."""
        return self.card.index

    @property
    def simulated(self) -> bool:
        """Whether any of it is from a simulated phone."""
        return any(app.simulated for app in self.card.apps)

    @property
    def notes(self) -> tuple[Words, ...]:
        """What must be said wherever the numbers are shown."""
        both = (*self.card.notes, *(self.index.notes if self.index else ()))
        return tuple(dict.fromkeys(both))

    @property
    def runs(self) -> object:
        """Which runs these are."""
        return self.card.runs

    @cached_property
    def apps(self) -> tuple[AppView, ...]:
        """The Apps, in the order of the card."""
        return tuple(map(self._app, self.card.apps))

    @cached_property
    def slowest(self) -> list[Slow]:
        """The steps that made people wait longest."""
        return slowest_steps(self.attempts)

    @property
    def changed(self) -> list[AttemptView]:
        """The attempts whose outcome reviewers have changed."""
        return [attempt for attempt in self.attempts if attempt.said.court is not None]

    @property
    def disputed(self) -> list[AttemptView]:
        """The attempts about which reviewers differ."""
        return [attempt for attempt in self.attempts if attempt.said.disputed]

    @property
    def judged(self) -> int:
        """How many attempts somebody has judged."""
        return sum(bool(attempt.said.judgements) for attempt in self.attempts)

    @property
    def reviewers(self) -> list[str]:
        """Who has said something."""
        events = (
            event
            for attempt in self.attempts
            for events in (
                attempt.said.judgements, attempt.said.problems, attempt.said.questionnaires,
            )
            for event in events
        )  # fmt: skip
        return sorted({event.reviewer for event in events})

    @cached_property
    def agreement(self) -> Estimate | None:
        """How far reviewers agree."""
        return agreement_of(self.shown)

    @cached_property
    def problems(self) -> list[Problem]:
        """What troubles people, the worst first."""
        found = (
            Problem(attempt, step, pin) for attempt in self.attempts for step, pin in attempt.pinned
        )
        return sorted(found, key=lambda each: -each.pin.problem.severity)

    @cached_property
    def ratings(self) -> list[tuple[AppView, list[Rating]]]:
        """What reviewers answered about each App that they were asked about."""
        found = ((app, list(self._ratings(app))) for app in self.apps)
        return [(app, ratings) for app, ratings in found if any(each.n for each in ratings)]

    def _ratings(self, app: AppView) -> Iterator[Rating]:
        asked = [
            questionnaire
            for attempt in self.attempts
            if attempt.app_key == app.key
            for questionnaire in attempt.said.questionnaires
        ]
        for name, words, most in QUESTIONS:
            points = [value for each in asked if (value := getattr(each, name)) is not None]
            mean = statistics.fmean(points) if points else None
            yield Rating(words, mean, most, len(points))

    @property
    def findings(self) -> list[AttemptView]:
        """The attempts that speak against their App."""
        return [attempt for attempt in self.attempts if attempt.outcome.finding]

    @property
    def outcomes(self) -> tuple[tuple[Outcome, int], ...]:
        """How often which came out."""
        return _in_order(Counter(attempt.outcome for attempt in self.attempts))

    @property
    def comparisons(self) -> list[str]:
        """How sure the order of the Apps is."""
        return [] if self.index is None else [str(line) for line in say_order(self.index)]

    @cached_property
    def heat(self) -> tuple[HeatRow, ...]:
        """Tasks by Apps."""
        scores = {(t.scenario, app_key(t.app, t.simulated)): t for t in self.card.tasks}
        titles = {task.scenario: task.title for task in self.card.tasks}
        return tuple(
            HeatRow(
                scenario,
                title,
                tuple(_cell(app.key, scores.get((scenario, app.key))) for app in self.apps),
            )
            for scenario, title in titles.items()
        )

    def _app(self, score: AppScore) -> AppView:
        indexes = self.index.apps if self.index else ()
        key = (score.app, score.simulated)
        index = next((each for each in indexes if (each.app, each.simulated) == key), None)
        ranked = self.index and index and index.index and len(indexes) > 1
        tasks = (task for task in self.card.tasks if (task.app, task.simulated) == key)
        return AppView(
            score=score,
            index=index,
            place=place_of(self.index, index) if ranked and self.index and index else "",
            tasks=tuple(map(self._task_row, tasks)),
        )

    def _task_row(self, score: TaskScore) -> TaskRow:
        of_it = self.of_task(score.scenario, app_key(score.app, score.simulated))
        return TaskRow(score, _median(score), representative(of_it))

    def of_task(self, scenario: str, key: str) -> list[AttemptView]:
        """The attempts at a task on an App."""
        return self._by_cell.get((scenario, key), [])

    @cached_property
    def _by_cell(self) -> dict[tuple[str, str], list[AttemptView]]:
        found: dict[tuple[str, str], list[AttemptView]] = {}
        for attempt in self.attempts:
            found.setdefault((attempt.task.id, attempt.app_key), []).append(attempt)
        return found


def render(site: Site) -> Iterator[tuple[str, str]]:
    """The pages of a report, by their address in its folder."""
    pages = _environment()

    def page(template: str, root: str, **values: object) -> str:
        return pages.get_template(template).render(site=site, root=root, **values)

    yield "index.html", page("index.html", "")
    yield "attempts.html", page("attempts.html", "")
    yield "slowest.html", page("slowest.html", "")
    yield "reviews.html", page("reviews.html", "")
    yield "data/attempts.js", _attempts_script(site)
    for app in site.apps:
        yield f"apps/{app.key}.html", page("app.html", "../", app=app)
    for task in _tasks(site.attempts):
        yield f"tasks/{task.id}.html", page("task.html", "../", **_of_task(site, task))
    for attempt in site.attempts:
        log = site.logs.get(attempt.name, "")
        yield attempt.page, page("attempt.html", "../", attempt=attempt, log=log)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "tone": tone,
        "outcome_words": OUTCOMES.__getitem__,
        "points": say_points,
        "percent": say_percent,
        "seconds": say_short,
    }
    environment.globals |= {
        "clock_words": CLOCK,
        "status_words": STATUS,
        "kind_words": KINDS,
        "outcome_words": OUTCOMES,
        "heuristic_words": HEURISTICS,
        "question_words": QUESTIONS,
        "severity_words": SEVERITIES,
        "says_words": SAYS,
    }
    return environment


def _tasks(attempts: Sequence[AttemptView]) -> list[Scenario]:
    return list({attempt.task.id: attempt.task for attempt in attempts}.values())


def _of_task(site: Site, task: Scenario) -> dict[str, object]:
    """What a task's page shows."""
    attempts = [attempt for attempt in site.attempts if attempt.task.id == task.id]
    groups: dict[tuple[str, str], list[AttemptView]] = {}
    for attempt in attempts:
        groups.setdefault((attempt.app_key, attempt.run_id), []).append(attempt)
    examples = [example for each in groups.values() if (example := representative(each))]
    shown = examples[:MOST_STRIPS]
    scores = (score for score in site.card.tasks if score.scenario == task.id)
    names = {app.key: app.score.name for app in site.apps}
    return {
        "task": task,
        "attempts": attempts,
        "aligned": align(shown),
        "paths": [(example, path) for example in shown if (path := draw_path(example))],
        "rows": [_task_cells(score, names) for score in scores],
    }


def _task_cells(score: TaskScore, names: Mapping[str, Words]) -> dict[str, object]:
    key = app_key(score.app, score.simulated)
    return {
        "app_key": key,
        "name": names[key],
        "rate": say_rate(score.rate, score.counts.completed),
        "time": say_seconds(score.task_s, score.task_half_width_s),
        "outcomes": _in_order(Counter(dict(score.counts.outcomes))),
    }


def _attempts_script(site: Site) -> str:
    """What filters, queue and the way to the next attempt go by: from the disk no JSON is read."""
    waiting = {
        (shown.run.run.run_id, each.attempt): (turn, each)
        for shown in site.shown
        for turn, each in enumerate(queue(shown.court.attempts))
    }
    rows = [
        {
            "page": attempt.page,
            "id": attempt.record.id,
            "run": attempt.run_id,
            "o": attempt.outcome.value,
            "app": attempt.app_key,
            "task": attempt.task.id,
            "device": attempt.record.device,
            "kind": attempt.task.kind,
            "time": attempt.record.task_s,
            "is": list(_is(attempt)),
            "text": f"{attempt.task.title} {attempt.app.name}",
            "title": attempt.task.title.model_dump(),
            "name": attempt.app.name.model_dump(),
            **_turn(waiting.get((attempt.run_id, attempt.record.id))),
        }
        for attempt in site.attempts
    ]
    words = {
        "outcomes": {outcome.value: words.model_dump() for outcome, words in OUTCOMES.items()},
        "tones": {outcome.value: tone(outcome) for outcome in Outcome},
        "says": {says: words.model_dump() for says, words in SAYS.items()},
    }
    return (
        f"Object.assign(zhangce, {json.dumps(words, ensure_ascii=False)});\n"
        f"zhangce.attempts = {json.dumps(rows, ensure_ascii=False)};\n"
    )


def _is(attempt: AttemptView) -> Iterator[str]:
    """Words for `is:`."""
    yield attempt.tone
    if attempt.outcome.finding:
        yield "finding"
    if attempt.said.judgements:
        yield "judged"
    if attempt.said.court is not None:
        yield "changed"
    if attempt.said.disputed:
        yield "disputed"


def _turn(waiting: tuple[int, Waiting] | None) -> dict[str, object]:
    """When a reviewer comes to an attempt, and why."""
    if waiting is None:
        return {}
    turn, each = waiting
    return {"turn": turn, "why": WHY[each.why].model_dump()}


def _in_order(counts: Counter[Outcome]) -> tuple[tuple[Outcome, int], ...]:
    return tuple((outcome, counts[outcome]) for outcome in Outcome if counts[outcome])


def _cell(key: str, score: TaskScore | None) -> Cell | None:
    if score is None:
        return None
    return Cell(key, score.counts.completed, score.counts.attempted, _median(score))


def _median(score: TaskScore) -> str:
    return "" if score.task_s is None else say_short(score.task_s.value)


# --- the radar chart ------------------------------------------------------------------------------


def _radar(nodes: Sequence[NodeScore]) -> Radar:
    turns = [2 * math.pi * place / len(nodes) for place in range(len(nodes))]
    return Radar(
        rings=tuple(_polygon(turns, [share] * len(turns)) for share in (0.25, 0.5, 0.75, 1)),
        spokes=tuple(map(_spoke, turns, nodes)),
        area=_polygon(
            [turn for turn, node in zip(turns, nodes, strict=True) if node.score is not None],
            [node.score.value / 100 for node in nodes if node.score is not None],
        ),
    )


def _spoke(turn: float, node: NodeScore) -> Spoke:
    x, y = _at(turn, 1)
    label_x, label_y = _at(turn, 1.18)
    return Spoke(x, y, label_x, round(label_y + 5, 1), node.id, node.score is not None)


def _at(turn: float, share: float) -> tuple[float, float]:
    return (
        round(RADAR_PX * share * math.sin(turn), 1),
        round(-RADAR_PX * share * math.cos(turn), 1),
    )


def _polygon(turns: Sequence[float], shares: Sequence[float]) -> str:
    return " ".join(f"{x},{y}" for x, y in map(_at, turns, shares))
