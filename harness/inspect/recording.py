"""A walk through the App, recorded as it is made on the page, and written as a task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from harness.inspect.held_phone import HeldPhone
from harness.inspect.looking import Moved
from harness.inspect.papers import Papers
from harness.inspect.profile_text import plain_locator, written
from harness.inspect.walk import About, Move, Walk, draft, name_of, say
from harness.model import Words


class Recording:
    """The walk of an inspection.

    Args:
        phone: on which it is made.
        papers: the profile, whose names the walk is told in.
    """

    def __init__(self, phone: HeldPhone, papers: Papers) -> None:
        self._phone = phone
        self._papers = papers
        self._walk = Walk()

    def note(self, move: Move) -> None:
        """Keeps what was done, if a walk is recorded."""
        self._walk = self._walk.then(move)

    def switch(self, *, on: bool) -> None:
        """Begins a walk, with the App as after its installation, or ends it.

        Raises:
            Busy: something is being done on the phone.
            DeviceTrouble: the App cannot be begun afresh.
        """
        if not on:
            self._walk = replace(self._walk, recording=False)
            return
        android = self._papers.profile.android
        keep_data = self._phone.held.entry.keep_data
        with self._phone.at_work(Words(zh="从头开始", en="starting afresh")):
            with self._phone.session() as driver:
                driver.reset(android.package, keep_data=keep_data)
                self._walk = Walk(recording=True)
                driver.launch(android.package, android.activity)
            self.note(Move("launch"))

    def drop(self, index: int, said: str) -> None:
        """Takes one thing out of the walk; what was done on the phone stays done.

        Args:
            index: its place, from 0.
            said: what the page shows there: another page may have changed the walk.

        Raises:
            Moved: something else stands there by now.
        """
        there = self._walk.moves[index : index + 1]
        if [say(move, self._papers.profile) for move in there] != [said]:
            raise Moved("录制已经变了，没有去掉 / the walk has changed, nothing was taken out")
        self._walk = self._walk.without(index)

    def draft(self, about: About) -> str:
        """The walk as a task in YAML."""
        return draft(self._walk, self._papers.profile, about)

    def state(self) -> dict[str, Any]:
        """What the page shows of the walk."""
        return {"recording": self._walk.recording, "walk": [*self._told()]}

    def _told(self) -> Iterator[dict[str, Any]]:
        profile = self._papers.profile
        for move in self._walk.moves:
            yield {
                "say": say(move, profile),
                "unnamed": bool(move.ways) and not name_of(move, profile),
                "ways": [written(plain_locator(way)) for way in move.ways[:1]],
            }
