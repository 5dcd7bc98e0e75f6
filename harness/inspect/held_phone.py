"""The phone under inspection: its session, and one thing at a time on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from harness.driver import Driver
from harness.errors import DeviceTrouble, TouchRefused, UsageError
from harness.model import Name, Phone, Words

GLANCES_FOR_S = 0.05
"""How long a look for the page waits for its turn before it finds the phone busy."""
BUSY_AFTER_S = 1.0
"""How long whatever is asked waits for something that is being done before it is refused."""
LOOKS_FOR_S = 4.0
"""How much longer it waits for a look of the page, which some phones take that long for."""
LOOKING = Words(zh="看屏幕", en="looking at the screen")


class Phones(Protocol):
    """Open sessions by the name of the phone: `harness.sessions.Sessions`."""

    def driver(self, name: str) -> Driver:
        """The session on the phone."""
        ...

    def discard(self, name: str) -> None:
        """Ends a session that met trouble."""
        ...

    def diagnose(self, name: str) -> str:
        """What has died behind it."""
        ...


@dataclass(frozen=True)
class Held:
    """Which phone is under inspection.

    Attributes:
        device: its name in `devices.yaml`.
        name: its own, which differs in a pool.
        entry: what `devices.yaml` says of it.
        allow_commit: whether commit points may be tapped on it, in a sandbox.
    """

    device: Name
    name: Name
    entry: Phone
    allow_commit: bool = False


class Busy(UsageError):
    """Something is being done on the phone: what was asked for was not done, nor will be."""


class HeldPhone:
    """A phone that whoever inspects it has for themselves.

    Args:
        held: which it is.
        phones: the open sessions.
    """

    def __init__(self, held: Held, phones: Phones) -> None:
        self.held = held
        self._phones = phones
        self._turn = threading.Lock()
        self._doing: Words | None = None

    @property
    def doing(self) -> Words:
        """What is being done on it."""
        return self._doing or LOOKING

    def now_doing(self, doing: Words) -> None:
        """Says what the work at hand has come to."""
        self._doing = doing

    @contextmanager
    def at_work(self, doing: Words) -> Iterator[None]:
        """Something is done on the phone, and nothing else meanwhile.

        Raises:
            Busy: something is being done already.
        """
        self._take_turn()
        try:
            self._doing = doing
            yield
        finally:
            self._doing = None
            self._turn.release()

    def _take_turn(self) -> None:
        """Waits for a look to end, which is soon; not for work: done later, it would surprise."""
        if self._turn.acquire(timeout=BUSY_AFTER_S):
            return
        if self._doing is None and self._turn.acquire(timeout=LOOKS_FOR_S):
            return
        raise Busy(
            f"手机正忙（{self.doing.zh}），没有做 / nothing was done, the phone is busy: "
            f"{self.doing.en}"
        )

    @contextmanager
    def glance(self) -> Iterator[bool]:
        """A look at the phone, if nothing is done on it: whether that is so."""
        free = self._turn.acquire(timeout=GLANCES_FOR_S)
        try:
            yield free
        finally:
            if free:
                self._turn.release()

    @contextmanager
    def session(self) -> Iterator[Driver]:
        """The phone's session; one that met trouble is not used again."""
        try:
            yield self.driver()
        except TouchRefused:
            raise
        except DeviceTrouble:
            self.discard()
            raise

    def driver(self) -> Driver:
        """The phone's session, for one that sees to trouble itself."""
        return self._phones.driver(self.held.name)

    def discard(self) -> None:
        """Ends a session that met trouble."""
        self._phones.discard(self.held.name)

    def diagnose(self) -> str:
        """What has died behind it."""
        return self._phones.diagnose(self.held.name)
