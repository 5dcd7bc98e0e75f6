"""The W3C actions: from sources and ticks to the tracks of a finger and the keys of a keyboard.

A gesture takes no time of the phone: it happens now, and its own durations only
say whether it is a tap, a long press or a drag. The first pointer acts; a second
finger is accepted and does nothing, as nothing on this phone can be pinched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.phone.arguments import Arguments
from harness.phone.device import KEY_DELETE, KEY_ENTER, Phone
from harness.phone.faults import Fault
from harness.phone.gestures import Point, line

MOST_ACTIONS = 10_000

MiddleOf = Callable[[str], tuple[float, float]]
"""Where the middle of an element is, by its reference."""

ENTER_KEYS = ("\ue006", "\ue007", "\n")
DELETE_KEYS = ("\ue003", "\ue017")
_KEYCODES = dict.fromkeys(ENTER_KEYS, KEY_ENTER) | dict.fromkeys(DELETE_KEYS, KEY_DELETE)
_SPECIAL = range(0xE000, 0xE05E)
"""WebDriver's characters for keys that type nothing: shift, arrows, function keys."""


@dataclass(frozen=True)
class _Source:
    kind: str
    steps: list[Arguments]


def perform(phone: Phone, body: Arguments, middle_of: MiddleOf) -> None:
    """Carries out the body of an actions command.

    Raises:
        Fault: `invalid argument`; `move target out of bounds`; `stale element
            reference` for an origin that is gone.
    """
    sources = _sources(body)
    pointer = next((source for source in sources if source.kind == "pointer"), None)
    hand = _Hand(phone, middle_of)
    for tick in range(max((len(source.steps) for source in sources), default=0)):
        lasts = max(_lasts(source, tick) for source in sources)
        for source in sources:
            if tick >= len(source.steps):
                continue
            if source is pointer:
                hand.point(source.steps[tick], lasts)
            elif source.kind in ("key", "wheel"):
                hand.other(source.kind, source.steps[tick])
        hand.seconds += lasts
    hand.lift()


def _sources(body: Arguments) -> list[_Source]:
    sources = [_source(Arguments.of(each, "a source")) for each in body.items("actions")]
    if sum(len(source.steps) for source in sources) > MOST_ACTIONS:
        raise Fault("invalid argument", f"more than {MOST_ACTIONS} actions at once")
    return sources


def _source(given: Arguments) -> _Source:
    kind = given.choice("type", "pointer", "key", "wheel", "none")
    steps = [Arguments.of(each, "an action") for each in given.items("actions")]
    return _Source(kind, steps)


def _lasts(source: _Source, tick: int) -> float:
    """Seconds that a source asks of a tick."""
    return source.steps[tick].duration("duration", 0) / 1000 if tick < len(source.steps) else 0.0


@dataclass
class _Hand:
    """One finger, and the keyboard."""

    phone: Phone
    middle_of: MiddleOf
    seconds: float = 0.0
    x: float = 0.0
    y: float = 0.0
    track: list[Point] = field(default_factory=list)

    def point(self, step: Arguments, lasts: float) -> None:
        """A step of the pointer."""
        kind = step.choice(
            "type", "pause", "pointermove", "pointerdown", "pointerup", "pointercancel"
        )
        if kind == "pointermove":
            self._move(step)
            if self.track:
                self.track.append(Point(self.seconds + lasts, self.x, self.y))
        elif kind == "pointerdown":
            self.track = [Point(self.seconds, self.x, self.y)]
        elif kind == "pointerup":
            self.lift()
        elif kind == "pointercancel":
            self.track = []

    def lift(self) -> None:
        """The finger goes up, if it is down: only now is it known what the gesture was."""
        if self.track:
            self.phone.touch([*self.track, Point(self.seconds, self.x, self.y)])
        self.track = []

    def other(self, kind: str, step: Arguments) -> None:
        """A step of the keyboard or of a wheel."""
        if kind == "wheel":
            self._wheel(step)
        elif step.choice("type", "pause", "keydown", "keyup") == "keydown":
            type_keys(self.phone, step.text("value"))

    def _wheel(self, step: Arguments) -> None:
        if step.choice("type", "pause", "scroll") == "scroll":
            x, y = self._target(step)
            self.phone.touch(line(x, y, x, y - step.number("deltaY", 0)))

    def _move(self, step: Arguments) -> None:
        self.x, self.y = self._target(step)
        screen = self.phone.metrics
        if not (0 <= self.x <= screen.width and 0 <= self.y <= screen.height):
            where = f"({self.x:g}, {self.y:g})"
            size = f"{screen.width} x {screen.height}"
            raise Fault("move target out of bounds", f"{where} is not on the screen of {size}")

    def _target(self, step: Arguments) -> tuple[float, float]:
        left, top = self._origin(step)
        return left + step.number("x"), top + step.number("y")

    def _origin(self, step: Arguments) -> tuple[float, float]:
        origin: Any = step.fields.get("origin")
        if origin in (None, "viewport"):
            return 0.0, 0.0
        if origin == "pointer":
            return self.x, self.y
        return self.middle_of(step.element("origin"))


def type_keys(phone: Phone, keys: Sequence[str]) -> None:
    """Types WebDriver's characters, some of which stand for keys."""
    for key in keys:
        if key in _KEYCODES:
            phone.press(_KEYCODES[key])
        elif ord(key) not in _SPECIAL:
            phone.type_keys(key)
