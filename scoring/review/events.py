"""What a reviewer says: one line of reviews/<reviewer>.jsonl an event. Nothing is ever changed.

An event has an id that whoever made it gave it, so that one that comes twice counts once.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, TypeAdapter, model_validator

from harness.model import Frozen, Outcome

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
REVIEWER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
"""A reviewer's name is that of a file."""

HEURISTICS = (
    "visibility of system status",
    "match with the real world",
    "user control and freedom",
    "consistency and standards",
    "error prevention",
    "recognition rather than recall",
    "flexibility and efficiency of use",
    "aesthetic and minimalist design",
    "help users recover from errors",
    "help and documentation",
)
"""Nielsen (1994), from 1."""


def _printable(text: str) -> str:
    if CONTROL.search(text):
        raise ValueError("has control characters")
    return text


def _file_name(text: str) -> str:
    if not REVIEWER.fullmatch(text):
        raise ValueError("may have letters, digits and . _ - only, 60 of them")
    return text


Comment = Annotated[str, Field(max_length=2000), AfterValidator(_printable)]
AttemptId = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_printable)]
Reviewer = Annotated[str, AfterValidator(_file_name)]
EventId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Fraction = Annotated[float, Field(ge=0, le=1)]
FivePoints = Annotated[int, Field(ge=1, le=5)]
SevenPoints = Annotated[int, Field(ge=1, le=7)]


class _Event(Frozen):
    id: EventId
    at: AwareDatetime
    reviewer: Reviewer


class Judgement(_Event):
    """Whether the court is right about an attempt."""

    kind: Literal["verdict"] = "verdict"
    attempt: AttemptId
    says: Literal["agree", "disagree", "unsure"]
    outcome: Outcome | None = None
    """What it was instead; of `disagree` alone."""
    comment: Comment = ""

    @model_validator(mode="after")
    def _an_outcome_where_it_belongs(self) -> Judgement:
        if (self.says == "disagree") != (self.outcome is not None):
            raise ValueError("an outcome goes with `disagree`, and with nothing else")
        return self


class UsabilityProblem(_Event):
    """Something that would trouble a person, at a spot of a picture."""

    kind: Literal["problem"] = "problem"
    attempt: AttemptId
    step: Annotated[str, Field(pattern=r"^[a-z0-9]{1,20}(\.[a-z0-9]{1,20}){0,8}$")]
    picture: Literal["before", "after"] = "after"
    """Which of the step's: before the touch, or at its end."""
    x: Fraction
    """Of the picture's width, from the left."""
    y: Fraction
    """Of its height, from the top."""
    heuristic: Annotated[int, Field(ge=1, le=len(HEURISTICS))]
    severity: Annotated[int, Field(ge=0, le=4)]
    """Nielsen's: 0 no problem, 1 cosmetic, 2 minor, 3 major, 4 catastrophe."""
    comment: Comment = ""


class Questionnaire(_Event):
    """How a reviewer found a task on an App: 好差评 of online services, item by item, and SEQ."""

    kind: Literal["questionnaire"] = "questionnaire"
    attempt: AttemptId
    efficiency: FivePoints | None = None
    """办事效率"""
    guidance: FivePoints | None = None
    """办事指南精确度"""
    convenience: FivePoints | None = None
    """办事便捷度"""
    operability: FivePoints | None = None
    """平台操作性"""
    ease: SevenPoints | None = None
    """The Single Ease Question: 1 very difficult, 7 very easy (Sauro & Dumas 2009)."""


class Undo(_Event):
    """That an earlier event of the same reviewer is not meant any more."""

    kind: Literal["undo"] = "undo"
    of: EventId


Event = Annotated[Judgement | UsabilityProblem | Questionnaire | Undo, Field(discriminator="kind")]
EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def order(event: Event) -> tuple[datetime, str]:
    """In which order events count."""
    return event.at, event.id
