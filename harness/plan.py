"""Which attempts a run consists of, as a value, before any device is touched. Pure.

`check` finds what is wrong between files; `plan` takes files in which nothing is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.load import Document
from harness.model import (
    AppProfile,
    Call,
    Commit,
    Devices,
    Expect,
    Frozen,
    Name,
    PassBarrier,
    PlannedAttempt,
    PlannedStep,
    Run,
    Scenario,
    SharedSteps,
    Step,
    When,
)
from harness.problem import FieldPath, Problem, shorten, suggest
from harness.variables import fill_model

Shared = Mapping[Name, Document[SharedSteps]]
"""The files of `scenarios/shared/` by their id."""

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
    """
    by_app = {profile.value.id: profile.value for profile in profiles}
    ordered = sorted(scenarios, key=lambda scenario: scenario.path)
    reasons = _find_left_out(ordered, by_app, shared, devices)
    steps = {scenario.path: expand(scenario, shared) for scenario in ordered}
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
    )
    left_out = tuple(
        LeftOut(scenario=scenario, app=app, reason=reason)
        for (scenario, app), reason in reasons.items()
    )
    return Plan(attempts=attempts, left_out=left_out)


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

    An element that a `when` asks for is not needed: that the profile does not name
    it means that it is not there. Nor is what the `when` would do then. A refusal
    that the App cannot show is no reason to leave the App out either.
    """
    value = scenario.value
    needed = {
        *_names_in(value.goal),
        *(name for checkpoint in value.checkpoints for name in _names_in(checkpoint)),
        *_needed(value.steps, profile, shared),
    }
    return tuple(sorted(needed - profile.elements.keys()))


def _needed(steps: Sequence[Step], profile: AppProfile, shared: Shared) -> Iterator[str]:
    for step in steps:
        if isinstance(step, When):
            seen = step.when.visible
            if not isinstance(seen, str) or seen in profile.elements:
                yield from _needed(step.when.do, profile, shared)
        elif isinstance(step, Run):
            yield from _needed(shared[step.run.scenario].value.steps, profile, shared)
        else:
            yield from _names_in(step)


def _names_in(model: Frozen) -> Iterator[str]:
    return (name for name, _ in _element_names(model, ()))


# --- what is wrong between files ------------------------------------------------------------------

TARGET_FIELDS = frozenset(
    {"tap", "long_press", "clear", "commit", "visible", "gone", "to", "into", "on", "at"}
)
"""The fields that hold a `Target`; a test holds this to the models."""

Steps = Document[Scenario] | Document[SharedSteps]


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What a file of steps is checked against."""

    elements: frozenset[str]
    barriers: frozenset[str]
    shared: Shared


def check_files(
    scenarios: Sequence[Document[Scenario]],
    profiles: Sequence[Document[AppProfile]],
    shared: Sequence[Document[SharedSteps]],
    devices: Document[Devices] | None = None,
) -> tuple[Problem, ...]:
    """Every mistake between the files of a project, each once, sorted by place."""
    by_id = {document.value.id: document for document in shared}
    around = _surround(profiles, by_id)
    found = [
        *(problem for each in scenarios for problem in _check_steps(each, around, ())),
        # Shared steps that no scenario runs yet are checked too.
        *(problem for each in shared for problem in _check_steps(each, around, (each.value.id,))),
        *(problem for group in (scenarios, profiles, shared) for problem in check_ids(group)),
        *(problem for each in profiles for problem in check_barriers(each)),
        *(check_devices(devices, {each.value.id for each in profiles}) if devices else ()),
    ]
    return tuple(sorted(set(found)))


def check(
    scenario: Document[Scenario], profiles: Sequence[Document[AppProfile]], shared: Shared
) -> tuple[Problem, ...]:
    """What is wrong between a scenario, the shared steps that it runs, and the Apps.

    Element names and barriers must be known to at least one App, and each `run`
    must name shared steps, with just their parameters, and never come back to itself.
    """
    return tuple(sorted(set(_check_steps(scenario, _surround(profiles, shared), ()))))


def _surround(profiles: Sequence[Document[AppProfile]], shared: Shared) -> _Surroundings:
    return _Surroundings(
        elements=frozenset(name for each in profiles for name in each.value.elements),
        barriers=frozenset(name for each in profiles for name in each.value.barriers),
        shared=shared,
    )


def _check_steps(
    document: Steps, around: _Surroundings, callers: tuple[Name, ...]
) -> Iterator[Problem]:
    for name, path in _element_names(document.value, ()):
        if name not in around.elements:
            near = suggest(name, around.elements)
            message = f"no App's profile names the element {shorten(name)!r}"
            yield _problem(document, path, f"{message}{near or '; add it to a profile'}")
    for step, path in _steps_with_paths(document.value.steps, ("steps",)):
        if isinstance(step, PassBarrier) and step.barrier not in around.barriers:
            near = suggest(step.barrier, around.barriers)
            message = f"no App's profile has the barrier {step.barrier!r}"
            yield _problem(document, (*path, "barrier"), f"{message}{near or '; add it to one'}")
        elif isinstance(step, Run):
            yield from _check_call(document, step.run, (*path, "run"), around, callers)


def _check_call(
    document: Steps,
    call: Call,
    path: FieldPath,
    around: _Surroundings,
    callers: tuple[Name, ...],
) -> Iterator[Problem]:
    called = around.shared.get(call.scenario)
    place = (*path, "scenario")
    if called is None:
        near = suggest(call.scenario, around.shared)
        message = f"scenarios/shared/ has no {call.scenario}.yaml"
        yield _problem(document, place, f"{message}{near or '; write it, or run another'}")
    elif call.scenario in callers:
        circle = " -> ".join((*callers[callers.index(call.scenario) :], call.scenario))
        yield _problem(document, place, f"these run each other in a circle: {circle}; break it")
    else:
        yield from _check_arguments(document, call, path, called.value)
        yield from _check_steps(called, around, (*callers, call.scenario))


def _check_arguments(
    document: Steps, call: Call, path: FieldPath, called: SharedSteps
) -> Iterator[Problem]:
    missing = [name for name in called.parameters if name not in call.arguments]
    if missing:
        example = ", ".join(f"{name}: ..." for name in called.parameters)
        message = f"{call.scenario} also needs {', '.join(missing)}; write with: {{{example}}}"
        yield _problem(document, path, message)
    for name in call.arguments:
        if name not in called.parameters:
            hint = suggest(name, called.parameters) or _say_parameters(called)
            message = f"{call.scenario} takes no {name!r}{hint}"
            yield _problem(document, (*path, "with", name), message)


def _say_parameters(called: SharedSteps) -> str:
    if not called.parameters:
        return "; it takes nothing: leave it out"
    return f"; it takes: {', '.join(called.parameters)}"


def check_ids(
    documents: Sequence[Document[Scenario | AppProfile | SharedSteps]],
) -> Iterator[Problem]:
    """An id is used once; the first by path keeps it."""
    first: dict[Name, str] = {}
    for document in sorted(documents, key=lambda each: each.path):
        name = document.value.id
        if name in first:
            message = f"{first[name]} has the id {name!r} too; rename one of the files and its id"
            yield _problem(document, ("id",), message)
        first.setdefault(name, document.path)


def check_barriers(profile: Document[AppProfile]) -> Iterator[Problem]:
    """A code goes into an element of the same profile."""
    elements = profile.value.elements
    for name, barrier in profile.value.barriers.items():
        if isinstance(barrier.into, str) and barrier.into not in elements:
            near = suggest(barrier.into, elements) or "; add it to elements:"
            message = f"this profile names no element {shorten(barrier.into)!r}{near}"
            yield _problem(profile, ("barriers", name, "into"), message)


def check_devices(devices: Document[Devices], apps: Collection[Name]) -> Iterator[Problem]:
    """Devices have Apps that have a profile."""
    for name, device in devices.value.devices.items():
        for index, app in enumerate(device.apps):
            if app not in apps:
                near = suggest(app, apps) or f"; Apps are: {', '.join(sorted(apps)) or 'none'}"
                message = f"scenarios/apps/ has no {app}.yaml{near}"
                yield _problem(devices, ("devices", name, "apps", index), message)


def _problem(document: Document[Frozen], path: FieldPath, message: str) -> Problem:
    line, column = document.place(*path)
    return Problem(document.path, line, column, document.field(*path), message)


def _steps_with_paths(steps: Sequence[Step], where: FieldPath) -> Iterator[tuple[Step, FieldPath]]:
    """Every step, those of a `when` too, with its path in the file."""
    for index, step in enumerate(steps):
        path = (*where, index)
        yield step, path
        if isinstance(step, When):
            yield from _steps_with_paths(step.when.do, (*path, "when", "do"))


def _element_names(value: object, path: FieldPath) -> Iterator[tuple[str, FieldPath]]:
    """Every element name below a value, with its path in the file."""
    if isinstance(value, Frozen):
        for key in type(value).model_fields:
            yield from _element_names(getattr(value, key), (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _element_names(item, (*path, index))
    elif isinstance(value, str) and path and path[-1] in TARGET_FIELDS:
        yield value, path
