"""Which names the tasks of a project need, and which of them a profile has. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.load import Document
from harness.model import AppProfile, PassBarrier, Run, Scenario, Step, Target, When, Words
from harness.plan import expand, uses_web
from harness.references import Shared, element_names

Kind = Literal["element", "barrier"]


@dataclass(frozen=True)
class Need:
    """A name that a task uses.

    Attributes:
        name: of an element, or of a barrier.
        kind: which of the two.
        optional: the task does without where the App has no such thing.
        done: the profile names it.
    """

    name: str
    kind: Kind
    optional: bool
    done: bool


@dataclass(frozen=True)
class TaskUses:
    """What one task uses, whatever the App: its title, and each name with whether it may lack."""

    scenario: str
    title: Words
    on_web: bool
    names: tuple[tuple[Kind, str, bool], ...]


@dataclass(frozen=True)
class TaskNeeds:
    """What one task needs of an App.

    Attributes:
        scenario: its id.
        title: of it.
        on_web: it goes into web pages, whose elements cannot be pointed at here.
        needs: in the order in which they are used first.
    """

    scenario: str
    title: Words
    on_web: bool
    needs: tuple[Need, ...]

    @property
    def missing(self) -> tuple[Need, ...]:
        """What it cannot do without and the profile lacks."""
        return tuple(each for each in self.needs if not each.done and not each.optional)


def checklist(tasks: Sequence[TaskUses], profile: AppProfile) -> tuple[TaskNeeds, ...]:
    """What each task needs of an App, and what of it the App's profile names."""
    known: Mapping[Kind, Mapping[str, object]] = {
        "element": profile.elements,
        "barrier": profile.barriers,
    }
    return tuple(
        TaskNeeds(
            each.scenario,
            each.title,
            each.on_web,
            tuple(
                Need(name, kind, optional, name in known[kind])
                for kind, name, optional in each.names
            ),
        )
        for each in tasks
    )


def read_uses(scenarios: Sequence[Document[Scenario]], shared: Shared) -> tuple[TaskUses, ...]:
    """What tasks use; those that run shared steps which are not there are left out."""
    return tuple(
        TaskUses(
            scenario=each.value.id,
            title=each.value.title,
            on_web=uses_web(expand(each, shared)),
            names=tuple(_names(each.value, shared)),
        )
        for each in scenarios
        if _is_whole(each.value.steps, shared, ())
    )


def _names(scenario: Scenario, shared: Shared) -> Iterator[tuple[Kind, str, bool]]:
    """Each name once: one that is needed anywhere is not optional."""
    uses: dict[tuple[Kind, str], bool] = {}
    for kind, name, optional in (
        *_uses(scenario.steps, shared, optional=False),
        *(("element", name, False) for name, _ in element_names(scenario.goal, ())),
        *(
            ("element", name, False)
            for checkpoint in scenario.checkpoints
            for name, _ in element_names(checkpoint, ())
        ),
    ):
        uses[kind, name] = uses.get((kind, name), True) and optional
    yield from ((kind, name, optional) for (kind, name), optional in uses.items())


def _uses(
    steps: Sequence[Step], shared: Shared, *, optional: bool
) -> Iterator[tuple[Kind, str, bool]]:
    for step in steps:
        match step:
            case When():
                yield from _named(step.when.visible, optional=True)
                yield from _uses(step.when.do, shared, optional=True)
            case Run():
                called = shared[step.run.scenario].value
                yield from _uses(called.steps, shared, optional=optional)
            case PassBarrier(barrier=name):
                yield "barrier", name, optional
            case _:
                for name, _ in element_names(step, ()):
                    yield "element", name, optional


def _named(target: Target, *, optional: bool) -> Iterator[tuple[Kind, str, bool]]:
    if isinstance(target, str):
        yield "element", target, optional


def _is_whole(steps: Sequence[Step], shared: Shared, callers: tuple[str, ...]) -> bool:
    """Whether all shared steps are there, and none come back to themselves."""
    for step in steps:
        if isinstance(step, When) and not _is_whole(step.when.do, shared, callers):
            return False
        if isinstance(step, Run):
            name = step.run.scenario
            if name not in shared or name in callers:
                return False
            if not _is_whole(shared[name].value.steps, shared, (*callers, name)):
                return False
    return True
