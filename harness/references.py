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
from harness.load import Document, say_no_profile
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
    Words,
)
from harness.problem import (
    FieldPath,
    InvalidFile,
    Problem,
    cite,
    join,
    listed,
    name_field,
    sentence,
    shorten,
    suggest,
)
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
        yield from _check_typing(document, document.value.data, _OF_DATA, around.shared, ())


_OF_DATA = Words(zh="由任务的 data: 填入", en="from data:")
"""Where texts come from that are filled in."""


def _check_typing(
    document: Steps,
    values: Mapping[str, str],
    origin: Words,
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
                filled = Words(
                    zh=f"；这段文字{origin.zh}", en=f"; this text is filled in {origin.en}"
                )
                yield _problem(document, (*path, "type", "how"), join(fault, filled))
        elif isinstance(step, Run) and step.run.scenario not in callers:
            name, given = step.run.scenario, step.run.arguments
            if name in shared:
                arguments = {key: fill(value, values) for key, value in given.items()}
                line = f"{document.path}:{document.place(*path)[0]}"
                caller = Words(zh=f"由 {line} 填入", en=f"by {line}")
                yield from _check_typing(shared[name], arguments, caller, shared, (*callers, name))


def _check_names(tree: Node, file: str, around: _Surroundings) -> Iterator[Problem]:
    """The names of elements and barriers, as they are written: also in a file that is not valid."""
    for path, written in texts(tree):
        if path[0] not in STEPS_KEYS or path[-2:-1] == ("with",):
            continue
        if _may_name_an_element(path, written.text) and written.text not in around.elements:
            message = _say_no_element(written.text, around.elements)
            if path[-1] == Check.tag:
                message = join(sentence(message), _say_label(written.text))
        elif path[-1] == "barrier" and written.text not in around.barriers:
            message = _say_no_barrier(written.text, around.barriers)
        else:
            continue
        yield Problem(file, written.place.line, written.place.column, name_field(path), message)


def _say_no_element(name: str, known: Collection[str]) -> Words:
    written = cite(name)
    nowhere = Words(
        zh=f"各 App 的档案里都没有元素{written.zh}",
        en=f"no App's profile names the element {written.en}",
    )
    add = Words(zh="；请加到档案里", en="; add it to a profile")
    return join(nowhere, suggest(name, known) or add)


def _say_label(text: str) -> Words:
    label = f"{{label: {shorten(text)}}}"
    return Words(zh=f"要指旁边的文字，请写 {label}", en=f"Words are written {label}")


def _say_no_barrier(name: str, known: Collection[str]) -> Words:
    written = cite(name)
    nowhere = Words(
        zh=f"各 App 的档案里都没有关卡{written.zh}",
        en=f"no App's profile has the barrier {written.en}",
    )
    return join(nowhere, suggest(name, known) or Words(zh="；请加到档案里", en="; add it to one"))


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
        yield _problem(document, place, _say_no_shared(call.scenario, around.shared))
    elif call.scenario in callers:
        circle = " -> ".join((*callers[callers.index(call.scenario) :], call.scenario))
        message = Words(
            zh=f"这些共用步骤循环调用：{circle}；请断开",
            en=f"these run each other in a circle: {circle}; break it",
        )
        yield _problem(document, place, message)
    else:
        yield from _check_arguments(document, call, path, called.value)
        yield from _check_steps(called, around, (*callers, call.scenario))


def _say_no_shared(name: Name, known: Collection[Name]) -> Words:
    missing = Words(
        zh=f"scenarios/shared/ 里没有 {name}.yaml", en=f"scenarios/shared/ has no {name}.yaml"
    )
    write = Words(zh="；请写这个文件，或改用别的", en="; write it, or run another")
    return join(missing, suggest(name, known) or write)


def _check_arguments(
    document: Steps, call: Call, path: FieldPath, called: SharedSteps
) -> Iterator[Problem]:
    missing = [name for name in called.parameters if name not in call.arguments]
    if missing:
        yield _problem(document, path, _say_needed(call.scenario, missing, called))
    for name in call.arguments:
        if name not in called.parameters:
            takes = Words(
                zh=f"{call.scenario} 没有参数{cite(name).zh}",
                en=f"{call.scenario} takes no {name!r}",
            )
            hint = suggest(name, called.parameters) or _say_parameters(called)
            yield _problem(document, (*path, "with", name), join(takes, hint))


def _say_needed(name: Name, missing: Sequence[Name], called: SharedSteps) -> Words:
    names, example = listed(missing), ", ".join(f"{name}: ..." for name in called.parameters)
    return Words(
        zh=f"{name} 还需要 {names.zh}；请写 with: {{{example}}}",
        en=f"{name} also needs {names.en}; write with: {{{example}}}",
    )


def _say_parameters(called: SharedSteps) -> Words:
    if not called.parameters:
        return Words(zh="；它不要参数：请去掉", en="; it takes nothing: leave it out")
    names = listed(called.parameters)
    return Words(zh=f"；可用的参数：{names.zh}", en=f"; it takes: {names.en}")


def check_ids(
    documents: Sequence[Document[Scenario | AppProfile | SharedSteps]],
) -> Iterator[Problem]:
    """An id is used once; the first by path keeps it."""
    first: dict[Name, str] = {}
    for document in sorted(documents, key=lambda each: each.path):
        name = document.value.id
        if name in first:
            message = Words(
                zh=f"{first[name]} 的 id 也是 {name}；请给其中一个文件改名，并改它的 id",
                en=f"{first[name]} has the id {name!r} too; rename one of the files and its id",
            )
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
            yield _problem(profile, path, _say_not_own(target, value.elements))
    common = dict.fromkeys(each.name for each in common_interruptions())
    for name in value.common_interruptions:
        if name not in common:
            yield _problem(profile, ("common_interruptions", name), _say_not_common(name, common))


def _say_not_own(name: str, known: Collection[str]) -> Words:
    written = cite(name)
    message = Words(
        zh=f"这份档案里没有元素{written.zh}", en=f"this profile names no element {written.en}"
    )
    add = Words(zh="；请加到 elements: 里", en="; add it to elements:")
    return join(message, suggest(name, known) or add)


def _say_not_common(name: str, known: Collection[str]) -> Words:
    written, names = cite(name), listed(known)
    message = Words(
        zh=f"没有名为{written.zh}的常见打断", en=f"no common interruption is called {written.en}"
    )
    others = Words(zh=f"；常见打断有：{names.zh}", en=f"; they are: {names.en}")
    return join(message, suggest(name, known) or others)


def check_devices(devices: Document[Devices], apps: Collection[Name]) -> Iterator[Problem]:
    """Devices have Apps that have a profile."""
    for name, device in devices.value.devices.items():
        for index, app in enumerate(device.apps):
            if app not in apps:
                message = say_no_profile("scenarios/apps/", f"{app}.yaml", apps)
                yield _problem(devices, ("devices", name, "apps", index), message)


def _problem(document: Document[Frozen], path: FieldPath, message: Words) -> Problem:
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
