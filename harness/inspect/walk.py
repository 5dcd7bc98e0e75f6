"""A walk through an App as a task: what was done on the page, written with element names. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from harness.inspect.profile_text import plain_locator, written
from harness.model import AppProfile, Locator

PASSWORD = "${secret:PASSWORD}"
"""What a draft says in place of what was typed into a password field."""


@dataclass(frozen=True)
class Move:
    """One thing that was done.

    Attributes:
        kind: the step's key: `launch`, `tap`, `type`, `swipe` ... or `steps`, for steps as written.
        ways: to find the element that it was done to, the best first; none when it needs none.
        text: what was typed, the direction of a swipe, or the steps as they were written.
        screen: of what kind the screen was; two in a row that are alike count once.
    """

    kind: str
    ways: tuple[Locator, ...] = ()
    text: str = ""
    screen: str = ""


@dataclass(frozen=True)
class Walk:
    """All that was done since a recording began."""

    moves: tuple[Move, ...] = ()
    recording: bool = False

    def then(self, move: Move) -> Walk:
        """The walk with a move more, if it is recorded."""
        return replace(self, moves=(*self.moves, move)) if self.recording else self

    def without(self, index: int) -> Walk:
        """The walk without one of its moves."""
        return replace(self, moves=(*self.moves[:index], *self.moves[index + 1 :]))


@dataclass(frozen=True)
class About:
    """What a draft says of its task beside the steps."""

    id: str = "my_task"
    title_zh: str = "我的任务"
    title_en: str = "My task"
    life_event: str = "my_tasks"
    kind: str = "information"
    severity: str = "minor"
    goal: str = ""
    goal_text: str = ""


def name_of(move: Move, profile: AppProfile) -> str:
    """By which name the profile finds what was touched; empty when it has none."""
    for way in move.ways:
        for name, locators in profile.elements.items():
            if way in locators:
                return name
    return ""


def say(move: Move, profile: AppProfile) -> str:
    """The move as a step is written, on one line."""
    target: Any = name_of(move, profile) or (plain_locator(move.ways[0]) if move.ways else "")
    match move.kind:
        case "launch" | "back" | "hide_keyboard":
            return move.kind
        case "type":
            return f"type: {written({'into': target, 'text': move.text})}"
        case "swipe":
            return f"swipe: {move.text}"
        case "steps":
            return move.text
        case _:
            return f"{move.kind}: {written(target)}"


def draft(walk: Walk, profile: AppProfile, about: About) -> str:
    """The walk as a task in YAML, for a person to finish; the loader says what is still missing."""
    data, moves = _data(walk.moves)
    steps = [line for move in moves for line in _lines(say(move, profile), move.kind)]
    head = [
        "# yaml-language-server: $schema=../../docs/schema/scenario.schema.json",
        f"id: {about.id}",
        f"title: {written(_title(about))}",
        f"goal: {_goal(about)}".rstrip() + ("" if about.goal else NO_GOAL),
        f"life_event: {about.life_event}",
        f"kind: {about.kind}",
        f"severity: {about.severity}",
        "time_limit_s: 120",
        f"reference: {{time_s: 30, screens: {_screens(walk.moves)}}}"
        "    # 假定值，请换成熟手的 / assumed: put in an expert's",
        *(["data:", *(f"  {key}: {written(text)}" for key, text in data.items())] if data else []),
        "steps:",
        *steps,
    ]
    return "\n".join(head) + "\n"


NO_GOAL = "    # 看到什么才算完成 / the element that is seen when it is done"


def _title(about: About) -> dict[str, str]:
    return {"zh": about.title_zh, **({"en": about.title_en} if about.title_en else {})}


def _goal(about: About) -> str:
    if not about.goal or not about.goal_text:
        return about.goal
    return written({"visible": about.goal, "text": about.goal_text})


def _lines(step: str, kind: str) -> list[str]:
    if kind == "steps":
        return [f"  {line}" for line in step.splitlines() if line.strip()]
    return [f"  - {step}"]


def _data(moves: Sequence[Move]) -> tuple[Mapping[str, str], list[Move]]:
    """What was typed, by name, and the moves with the names in its place; equal texts share one."""
    data: dict[str, str] = {}
    changed = []
    for move in moves:
        if move.kind == "type" and not move.text.startswith("${"):
            name = next((key for key, text in data.items() if text == move.text), "")
            name = name or f"text_{len(data) + 1}"
            data[name] = move.text
            changed.append(replace(move, text=f"${{{name}}}"))
        else:
            changed.append(move)
    return data, changed


def _screens(moves: Sequence[Move]) -> int:
    """The pages of the way, counted as the reference does; at least 1, at most 100."""
    kinds = [move.screen for move in moves if move.screen]
    return min(100, 1 + sum(one != two for one, two in pairwise(kinds)))
