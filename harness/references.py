"""What is wrong between files: names that nobody defines, circles, ids that are used twice. Pure.

Each file has been found right by itself; `plan` takes files in which nothing is
wrong between them either.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.checks import find_typing_fault
from harness.common_interruptions import common_interruptions
from harness.load import Document
from harness.model import (
    ELEMENT_NAME,
    AppProfile,
    Call,
    Check,
    Devices,
    Frozen,
    Name,
    Run,
    Scenario,
    SharedSteps,
    Step,
    Target,
    Type,
    When,
)
from harness.problem import FieldPath, InvalidFile, Problem, name_field, shorten, suggest
from harness.variables import fill
from harness.yaml_source import Node, texts

Shared = Mapping[Name, Document[SharedSteps]]
"""The files of `scenarios/shared/` by their id."""


TARGET_FIELDS = frozenset(
    {
        "tap", "long_press", "clear", "commit", "pull_to_refresh", "wheel", "box", "visible",
        "gone", "to", "into", "on", "at",
    }
)  # fmt: skip
"""The fields that hold a `Target`; a test holds this to the models."""
TARGET_KEYS = TARGET_FIELDS | {"wait_for", "expect", "expect_gone", "scroll_to", "goal", "refusal"}
"""The keys that may have an element's name for a value: the fields, and what is written short."""
NO_TARGET = ("pick", "to")
"""Where one of these fields holds a text."""
STEPS_KEYS = frozenset({"steps", "goal", "refusal", "checkpoints"})
"""The parts of a file in which elements are named."""

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
        *(problem for each in profiles for problem in check_own_names(each)),
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


def check_further(
    invalid: InvalidFile, file: str, profiles: Sequence[Document[AppProfile]]
) -> InvalidFile:
    """The same mistakes, and what is wrong besides with the names in the file."""
    if invalid.tree is None:
        return invalid
    told = {(problem.line, problem.column) for problem in invalid.problems}
    found = _check_names(invalid.tree, file, _surround(profiles, {}))
    more = (problem for problem in found if (problem.line, problem.column) not in told)
    return InvalidFile((*invalid.problems, *more), invalid.tree)


def _surround(profiles: Sequence[Document[AppProfile]], shared: Shared) -> _Surroundings:
    return _Surroundings(
        elements=frozenset(name for each in profiles for name in each.value.elements),
        barriers=frozenset(name for each in profiles for name in each.value.barriers),
        shared=shared,
    )


def _check_steps(
    document: Steps, around: _Surroundings, callers: tuple[Name, ...]
) -> Iterator[Problem]:
    yield from _check_names(document.tree, document.path, around)
    for step, path in _steps_with_paths(document.value.steps, ("steps",)):
        if isinstance(step, Run):
            yield from _check_call(document, step.run, (*path, "run"), around, callers)
    if isinstance(document.value, Scenario):
        yield from _check_typing(document, document.value.data, "from data:", around.shared, ())


def _check_typing(
    document: Steps,
    values: Mapping[str, str],
    origin: str,
    shared: Shared,
    callers: tuple[Name, ...],
) -> Iterator[Problem]:
    """How texts are entered suits them once they are filled in, also in shared steps.

    Args:
        document: the steps.
        values: of the names in their texts.
        origin: where these come from, in words.
        shared: the files that steps run, by id.
        callers: the shared steps on the way here.
    """
    for step, path in _steps_with_paths(document.value.steps, ("steps",)):
        if isinstance(step, Type):
            how, text = step.type.how, step.type.text
            fault = find_typing_fault(how, fill(text, values))
            if fault is not None and find_typing_fault(how, text) is None:
                message = f"{fault}; this text is filled in {origin}"
                yield _problem(document, (*path, "type", "how"), message)
        elif isinstance(step, Run) and step.run.scenario not in callers:
            name, given = step.run.scenario, step.run.arguments
            if name in shared:
                arguments = {key: fill(value, values) for key, value in given.items()}
                caller = f"by {document.path}:{document.place(*path)[0]}"
                yield from _check_typing(shared[name], arguments, caller, shared, (*callers, name))


def _check_names(tree: Node, file: str, around: _Surroundings) -> Iterator[Problem]:
    """The names of elements and barriers, as they are written: also in a file that is not valid."""
    for path, written in texts(tree):
        if path[0] not in STEPS_KEYS or path[-2:-1] == ("with",):
            continue
        if _may_name_an_element(path, written.text) and written.text not in around.elements:
            near = suggest(written.text, around.elements) or "; add it to a profile"
            if path[-1] == Check.tag:
                words = f"Words are written {{label: {shorten(written.text)}}}"
                near = f"{near} {words}" if near.endswith("?") else f"{near}. {words}"
            message = f"no App's profile names the element {shorten(written.text)!r}{near}"
        elif path[-1] == "barrier" and written.text not in around.barriers:
            near = suggest(written.text, around.barriers) or "; add it to one"
            message = f"no App's profile has the barrier {shorten(written.text)!r}{near}"
        else:
            continue
        yield Problem(file, written.place.line, written.place.column, name_field(path), message)


def _may_name_an_element(path: FieldPath, text: str) -> bool:
    """Whether what is written there is an element's name; `check:` takes words as well."""
    if path[-1] == Check.tag:
        return re.fullmatch(ELEMENT_NAME, text) is not None
    return path[-1] in TARGET_KEYS and path[-2:] != NO_TARGET


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


def check_own_names(profile: Document[AppProfile]) -> Iterator[Problem]:
    """What a profile says of elements is of its own: where a code goes, what to touch or not."""
    value = profile.value
    said: tuple[tuple[Target | None, FieldPath], ...] = (
        *((each.into, ("barriers", name, "into")) for name, each in value.barriers.items()),
        *((each, ("commits", index)) for index, each in enumerate(value.commits)),
        *((each, ("safe", index)) for index, each in enumerate(value.safe)),
    )
    for target, path in said:
        if isinstance(target, str) and target not in value.elements:
            near = suggest(target, value.elements) or "; add it to elements:"
            message = f"this profile names no element {shorten(target)!r}{near}"
            yield _problem(profile, path, message)
    common = dict.fromkeys(each.name for each in common_interruptions())
    for name in value.common_interruptions:
        if name not in common:
            near = suggest(name, common) or f"; they are: {', '.join(common)}"
            message = f"no common interruption is called {shorten(name)!r}{near}"
            yield _problem(profile, ("common_interruptions", name), message)


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


def element_names(value: object, path: FieldPath) -> Iterator[tuple[str, FieldPath]]:
    """Every element name below a value, with its path in the file."""
    if isinstance(value, Frozen):
        for key in type(value).model_fields:
            yield from element_names(getattr(value, key), (*path, key))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from element_names(item, (*path, index))
    elif isinstance(value, str) and path and path[-1] in TARGET_FIELDS and path[-2:] != NO_TARGET:
        yield value, path
