"""The lines of reviewers on the disk: read, and added to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from harness.store import Run, append_review, read_reviews
from scoring.review.events import EVENT, Event
from scoring.review.opinions import Opinions, fold
from scoring.review.rule import Reviewed, apply


@dataclass(frozen=True)
class Book:
    """What was read of a run's reviews.

    Attributes:
        events: of all reviewers.
        problems: which lines could not be read, a sentence each.
    """

    events: tuple[Event, ...]
    problems: tuple[str, ...] = ()

    @property
    def opinions(self) -> Opinions:
        """What reviewers think now."""
        return fold(self.events)


def read_book(directory: Path) -> Book:
    """Reads the reviews of a run. Damaged lines are reported and left out."""
    events: list[Event] = []
    problems: list[str] = []
    for place, reviewer, line in read_reviews(directory):
        try:
            event = EVENT.validate_json(line)
        except ValidationError as exc:
            first = exc.errors(include_url=False, include_input=False)[0]["msg"]
            problems.append(f"{place}: {first}; the line is left out")
            continue
        if event.reviewer != reviewer:
            problems.append(f"{place}: says it is of {event.reviewer}; the line is left out")
            continue
        events.append(event)
    return Book(tuple(events), tuple(problems))


def write_down(directory: Path, event: Event) -> None:
    """Adds a line to its reviewer's file; it is on the disk on return.

    Raises:
        ResultsTrouble: it cannot be written.
    """
    append_review(directory, event.reviewer, event.model_dump_json().encode() + b"\n")


def known(events: Iterable[Event]) -> frozenset[str]:
    """The ids that are there already: the same event may come twice."""
    return frozenset(event.id for event in events)


def has_reviews(directory: Path) -> bool:
    """Whether anybody has said anything of a run."""
    return next(read_reviews(directory), None) is not None


def read_reviewed(directory: Path, run: Run) -> tuple[Run, Reviewed | None, tuple[str, ...]]:
    """A run as reviewers see it, what they have changed, and which lines could not be read."""
    book = read_book(directory)
    reviewed, done = apply(run, book.opinions)
    return reviewed, done, book.problems
