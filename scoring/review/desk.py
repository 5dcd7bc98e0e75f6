"""What a reviewer is shown and may add: the state of the review of one run, as JSON. No network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness.clock import Clock
from harness.errors import UsageError
from harness.model import Outcome
from harness.store import Run
from scoring.review.agreement import agreement
from scoring.review.book import Book, read_book, write_down
from scoring.review.events import EVENT, HEURISTICS, Event, Undo
from scoring.review.opinions import Opinions
from scoring.review.queue import WHY, left, queue
from scoring.review.rule import settle


@dataclass(frozen=True)
class Desk:
    """One reviewer at one run. Everything is read from the disk anew: others add to it as well."""

    run: Run
    directory: Path
    reviewer: str
    clock: Clock

    def state(self, *, whole: bool = True) -> dict[str, Any]:
        """What there is to do, what this reviewer has said, and of others what may be known.

        What others say of an attempt is told only to who has judged it: nobody is swayed.

        Args:
            whole: with the agreement of reviewers, whose interval takes a moment.
        """
        book = read_book(self.directory)
        opinions = book.opinions
        waiting = queue(self.run.attempts)
        settled = list(settle(self.run.attempts, opinions))
        agreed = agreement(settled)
        mine = {
            a: by[self.reviewer] for a, by in opinions.judgements.items() if self.reviewer in by
        }
        return {
            "reviewer": self.reviewer,
            "queue": [
                {"attempt": each.attempt, "why": WHY[each.why].model_dump()} for each in waiting
            ],
            "left": len(left(waiting, opinions, self.reviewer)),
            "mine": {name: _plain(event) for name, event in mine.items()},
            "others": {name: self._others(opinions, name) for name in mine},
            "problems": [
                _plain(each)
                for each in opinions.problems
                if each.reviewer == self.reviewer or each.attempt in mine
            ],
            "questionnaires": {
                name: _plain(by[self.reviewer])
                for name, by in opinions.questionnaires.items()
                if self.reviewer in by
            },
            "last": self._last(book),
            "disagreements": [
                each.record.id
                for each in settled
                if len(each.outcomes) > 1 and each.record.id in mine
            ],
            "agreement": None if agreed is None else agreed.model_dump(),
            "heuristics": HEURISTICS,
            "outcomes": [outcome.value for outcome in Outcome],
            "unread": book.problems,
        }

    def add(self, said: Mapping[str, Any]) -> None:
        """Writes down what the reviewer says now; what was said already is not said again.

        Raises:
            UsageError: it makes no sense, or is about no attempt of this run.
            ResultsTrouble: it cannot be written.
        """
        try:
            event = EVENT.validate_python(
                {**said, "reviewer": self.reviewer, "at": self.clock.now()}
            )
        except ValidationError as exc:
            first = exc.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise UsageError(f"{place}: {first['msg']}") from exc
        book = read_book(self.directory)
        self._check(event, book)
        if all(event.id != known.id for known in book.events):
            write_down(self.directory, event)

    def _check(self, event: Event, book: Book) -> None:
        if isinstance(event, Undo):
            if not any(e.id == event.of and e.reviewer == self.reviewer for e in book.events):
                raise UsageError("of: nothing that this reviewer has said")
        elif all(event.attempt != record.id for record in self.run.attempts):
            raise UsageError("attempt: not one of this run")

    def _others(self, opinions: Opinions, attempt: str) -> list[dict[str, Any]]:
        judged = opinions.judgements[attempt]
        return [_plain(event) for name, event in judged.items() if name != self.reviewer]

    def _last(self, book: Book) -> str | None:
        """What an undo would take back: the last event that stands."""
        mine = [event for event in book.events if event.reviewer == self.reviewer]
        undone = {event.of for event in mine if isinstance(event, Undo)}
        standing = [e for e in mine if not isinstance(e, Undo) and e.id not in undone]
        return max(standing, key=lambda event: event.at).id if standing else None


def _plain(event: Event) -> dict[str, Any]:
    return event.model_dump(mode="json")
