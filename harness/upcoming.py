"""What a step waits for: the thing that the next step needs.

A tap is answered when what comes next can be done. So the time that the App
takes is charged to the step that asked for it, and the picture after a step
shows the screen that it led to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from harness.model import (
    Absence,
    Barrier,
    Check,
    Clear,
    Commit,
    Condition,
    Expect,
    HideKeyboard,
    LongPress,
    PassBarrier,
    Pick,
    PlacedStep,
    PlannedStep,
    PullToRefresh,
    Run,
    Screenshot,
    Step,
    Swipe,
    Tap,
    Target,
    Type,
    WaitFor,
    When,
)


def awaited(
    upcoming: Iterable[PlannedStep], barriers: Mapping[str, Barrier]
) -> tuple[Condition, ...]:
    """The conditions any one of which lets the run go on; none when there is nothing to wait for.

    A `when` or a barrier that may be skipped adds its own sign beside those of
    what follows it.
    """
    conditions: list[Condition] = []
    for step in _unfolded(upcoming):
        if isinstance(step, Screenshot | HideKeyboard):
            continue
        if isinstance(step, When):
            conditions.append(sign_of(step))
        elif isinstance(step, PassBarrier):
            conditions.append(Condition(visible=barriers[step.barrier].seen))
        else:
            need = needed(step)
            conditions.extend(() if need is None else (need,))
            break
    return tuple(conditions)


def _unfolded(upcoming: Iterable[PlannedStep]) -> Iterator[Step]:
    """The steps in order, those of shared scenarios in the place of their `run`."""
    for planned in upcoming:
        if isinstance(planned.step, Run):
            yield from _unfolded(planned.steps)
        else:
            yield planned.step


def needed(step: Step) -> Condition | None:
    """What must be seen for the step to be done; None when it needs nothing."""
    if isinstance(step, WaitFor):
        return placed(step.wait_for, step)
    if isinstance(step, Expect):
        return placed(step.expect, step)
    target = target_of(step)
    return None if target is None else placed(Condition(visible=target), step)


Seen = TypeVar("Seen", Condition, Absence)


def placed(condition: Seen, step: Step) -> Seen:
    """The condition in the web page, if the step stands there."""
    if isinstance(step, PlacedStep) and step.context == "webview":
        return condition.model_copy(update={"context": step.context})
    return condition


def target_of(step: Step) -> Target | None:
    """The element that the step touches; None when it touches none."""
    match step:
        case (
            Tap(tap=target)
            | LongPress(long_press=target)
            | Clear(clear=target)
            | Commit(commit=target)
            | PullToRefresh(pull_to_refresh=target)
        ):
            touched: Target | None = target
        case Type():
            touched = step.type.into
        case Check():
            touched = step.check.sign
        case Pick():
            touched = step.pick.wheel
        case Swipe():
            touched = step.swipe.on
        case _:
            touched = None
    return touched


def sign_of(step: When) -> Condition:
    """The condition of a `when` alone, without its steps."""
    sign = step.when.model_dump(include=set(Condition.model_fields), by_alias=True)
    return placed(Condition.model_validate(sign), step)
