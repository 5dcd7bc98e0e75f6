"""Which attempts a run consists of, as a value, before any device is touched. Pure.

`harness/references.py` finds what is wrong between files; here nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Self

from harness.errors import UsageError
from harness.load import Document
from harness.model import (
    LOCATORS_IN,
    AppProfile,
    Commit,
    Context,
    Expect,
    ExpectGone,
    Frozen,
    Name,
    PlannedAttempt,
    PlannedStep,
    Run,
    Scenario,
    SharedSteps,
    Step,
    When,
    Words,
)
from harness.problem import FieldPath
from harness.references import Shared, element_names
from harness.upcoming import needed, placed, sign_of
from harness.variables import fill_model

GOAL = "goal"
"""The path of the planned step that states the goal."""


class LeftOut(Frozen):
    """A scenario that an App is not asked to do, and why."""

    scenario: Name
    app: Name
    reason: str


class Plan(Frozen):
    """The attempts in the order in which they are to be made, and what was left out."""

    attempts: tuple[PlannedAttempt, ...]
    left_out: tuple[LeftOut, ...]


def plan(
    scenarios: Sequence[Document[Scenario]],
    profiles: Sequence[Document[AppProfile]],
    shared: Shared,
    devices: Mapping[Name, Sequence[Name]],
    repetitions: int = 1,
    without_web: Collection[Name] = (),
) -> Plan:
    """Every scenario on every App of every device, so many times.

    The order is device, repetition, scenario (by file), App: one device's Apps
    take turns at a task, and a whole round is over before the next begins. So
    whatever drifts with time (the network, the hour, the phone's temperature)
    meets all Apps alike, and a run that is cut short has whole rounds. The App
    that begins moves on with each repetition, so that none is always first.

    Args:
        scenarios: that `check_files` found nothing wrong with.
        profiles: of all Apps that devices name.
        shared: the files that scenarios run, by id.
        devices: the ids of the Apps to run, by device.
        repetitions: at least 1.
        without_web: the devices on which no step can be `in: webview`.
    """
    by_app = {profile.value.id: profile.value for profile in profiles}
    ordered = sorted(scenarios, key=lambda scenario: scenario.path)
    reasons = _find_left_out(ordered, by_app, shared, devices)
    steps = {scenario.path: expand(scenario, shared) for scenario in ordered}
    on_web = {scenario.value.id for scenario in ordered if uses_web(steps[scenario.path])}
    attempts = tuple(
        PlannedAttempt(
            scenario=scenario.value.id,
            app=app,
            device=device,
            repetition=repetition,
            file=scenario.path,
            steps=steps[scenario.path],
        )
        for device, apps in devices.items()
        for repetition in range(1, repetitions + 1)
        for scenario in ordered
        for app in _rotated(apps, repetition - 1)
        if (scenario.value.id, app) not in reasons
        and not (device in without_web and scenario.value.id in on_web)
    )
    left_out = tuple(
        LeftOut(scenario=scenario, app=app, reason=reason)
        for (scenario, app), reason in {
            **_without_web(on_web, devices, without_web),
            **reasons,
        }.items()
    )
    return Plan(attempts=attempts, left_out=left_out)


class Shard(Frozen):
    """One machine's part of a plan: the `number`th of `of`, counted from 1."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `2/4`.

        Raises:
            UsageError: it is not a part of a whole.
        """
        found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
        number, of = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= number <= of:
            zh = f"请写 I/N，即 N 份里的第 I 份，如四份写 1/4 到 4/4；不是 {text!r}"
            en = f"write I/N, the Ith of N parts: 1/4 to 4/4 for four; not {text!r}"
            raise UsageError(Words(zh=zh, en=en))
        return cls(number=number, of=of)

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def part_of(attempts: Sequence[PlannedAttempt], shard: Shard) -> tuple[PlannedAttempt, ...]:
    """The attempts that fall to a shard, in the order of the plan.

    Attempts are dealt out in turn, sorted by device, App, task and repetition. This
    depends on nothing but what is planned, so all machines agree; each attempt
    falls to one shard; the numbers of any two shards differ by one at most, and so
    do those of each App of a device, and of the repetitions of each task on it: no
    machine has an App to itself whose numbers would carry the machine's.
    """
    dealt = sorted(attempts, key=lambda one: (one.device, one.app, one.scenario, one.repetition))
    mine = {attempt.id for attempt in dealt[shard.number - 1 :: shard.of]}
    return tuple(attempt for attempt in attempts if attempt.id in mine)


def uses_web(steps: Sequence[PlannedStep]) -> bool:
    """Whether any of the steps is about a web page."""
    return any(_is_in_web(each.step) or uses_web(each.steps) for each in steps)


def _is_in_web(step: Step) -> bool:
    need = sign_of(step) if isinstance(step, When) else needed(step)
    gone = isinstance(step, ExpectGone) and placed(step.expect_gone, step).context == "webview"
    return gone or (need is not None and need.context == "webview")


def _without_web(
    scenarios: Collection[Name],
    devices: Mapping[Name, Sequence[Name]],
    without_web: Collection[Name],
) -> dict[tuple[Name, Name], str]:
    return {
        (scenario, app): f"it has steps in: webview, and {device} shows no web pages: it is our "
        "phone's own endpoint; run it on one with stack: android"
        for device, apps in devices.items()
        if device in without_web
        for scenario in sorted(scenarios)
        for app in apps
    }


def _rotated(apps: Sequence[Name], by: int) -> tuple[Name, ...]:
    first = by % len(apps) if apps else 0
    return (*apps[first:], *apps[:first])


def _find_left_out(
    scenarios: Sequence[Document[Scenario]],
    profiles: Mapping[Name, AppProfile],
    shared: Shared,
    devices: Mapping[Name, Sequence[Name]],
) -> dict[tuple[Name, Name], str]:
    apps = tuple(dict.fromkeys(app for each in devices.values() for app in each))
    missing = {
        (scenario.value.id, app): find_missing(scenario, profiles[app], shared)
        for scenario in scenarios
        for app in apps
    }
    return {
        key: f"the profile {key[1]} does not name {', '.join(names)}"
        for key, names in missing.items()
        if names
    }


# --- steps with everything filled in --------------------------------------------------------------


def expand(scenario: Document[Scenario], shared: Shared) -> tuple[PlannedStep, ...]:
    """The steps of a scenario with variables filled in, `run` expanded, and the goal as a step.

    The goal stands just before the first commit point, even one in shared steps,
    and at the end when there is none: a commit point that is not tapped must not
    keep the goal from being seen.
    """
    values = scenario.value.data
    steps = _expand_steps(scenario, scenario.value.steps, ("steps",), "", values, shared)
    condition = scenario.value.goal
    goal = PlannedStep(
        path=GOAL,
        step=Expect(expect=fill_model(condition, values)),
        file=scenario.path,
        line=scenario.place(GOAL)[0],
    )
    placed = _before_commit(steps, goal)
    return (*steps, goal) if placed is None else placed


def _expand_steps(
    document: Document[Scenario] | Document[SharedSteps],
    steps: Sequence[Step],
    where: FieldPath,
    prefix: str,
    values: Mapping[str, str],
    shared: Shared,
) -> tuple[PlannedStep, ...]:
    return tuple(
        _expand_step(document, step, (*where, index), f"{prefix}{index + 1}", values, shared)
        for index, step in enumerate(steps)
    )


def _expand_step(
    document: Document[Scenario] | Document[SharedSteps],
    step: Step,
    where: FieldPath,
    path: str,
    values: Mapping[str, str],
    shared: Shared,
) -> PlannedStep:
    filled = fill_model(step, values)
    children: tuple[PlannedStep, ...] = ()
    if isinstance(step, When):
        inside = (*where, "when", "do")
        children = _expand_steps(document, step.when.do, inside, f"{path}.", values, shared)
    elif isinstance(filled, Run):
        called, arguments = shared[filled.run.scenario], filled.run.arguments
        children = _expand_steps(
            called, called.value.steps, ("steps",), f"{path}.", arguments, shared
        )
    line, _ = document.place(*where)
    return PlannedStep(path=path, step=filled, file=document.path, line=line, steps=children)


def _before_commit(
    steps: tuple[PlannedStep, ...], goal: PlannedStep
) -> tuple[PlannedStep, ...] | None:
    """The steps with the goal before the first commit point; None when there is none.

    Of a `when` the goal stands in front: inside, it would not be stated when the
    condition does not hold.
    """
    for index, step in enumerate(steps):
        if isinstance(step.step, Commit):
            return (*steps[:index], goal, *steps[index:])
        placed = _before_commit(step.steps, goal)
        if placed is None:
            continue
        if isinstance(step.step, When):
            return (*steps[:index], goal, *steps[index:])
        inner = step.model_copy(update={"steps": placed})
        return (*steps[:index], inner, *steps[index + 1 :])
    return None


# --- what an App must have ------------------------------------------------------------------------


def find_missing(
    scenario: Document[Scenario], profile: AppProfile, shared: Shared
) -> tuple[str, ...]:
    """The elements that a scenario cannot do without and a profile does not name, sorted.

    One that can be found on the App's own screens only is not named for its web pages,
    nor the other way round.

    An element that a `when` asks for is not needed: that the profile does not name
    it means that it is not there. Nor is what the `when` would do then. A refusal
    that the App cannot show is no reason to leave the App out either.
    """
    value = scenario.value
    needed = {
        *_names_in(value.goal, value.goal.context),
        *(name for each in value.checkpoints for name in _names_in(each, each.context)),
        *_needed(value.steps, profile, shared),
    }
    found = (_say_missing(name, context, profile) for name, context in needed)
    return tuple(sorted(filter(None, found)))


_PLACES: Mapping[Context, str] = {"native": "on its own screens", "webview": "in its web pages"}


def _say_missing(name: str, context: Context, profile: AppProfile) -> str:
    """The name, and where it is missing if it is named; nothing when it can be found."""
    locators = profile.elements.get(name)
    if locators is None:
        return name
    fits = any(locator.tag in LOCATORS_IN[context] for locator in locators)
    return "" if fits else f"{name} {_PLACES[context]}"


_Named = tuple[str, Context]


def _needed(steps: Sequence[Step], profile: AppProfile, shared: Shared) -> Iterator[_Named]:
    for step in steps:
        if isinstance(step, When):
            seen = step.when.visible
            if not isinstance(seen, str) or seen in profile.elements:
                yield from _needed(step.when.do, profile, shared)
        elif isinstance(step, Run):
            yield from _needed(shared[step.run.scenario].value.steps, profile, shared)
        else:
            yield from _names_in(step, "webview" if _is_in_web(step) else "native")


def _names_in(model: Frozen, context: Context) -> Iterator[_Named]:
    return ((name, context) for name, _ in element_names(model, ()))
