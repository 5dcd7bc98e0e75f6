"""What a client sent along with a command, checked as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.phone.faults import Fault

ELEMENT_KEY = "element-6066-11e4-a52e-4f735466cecf"
"""The key of an element reference. Source: W3C WebDriver, section 12.4."""

_REQUIRED: Any = object()
_LARGEST = 1e9
"""No length in pixels and no duration in ms is larger; a float beyond is a mistake or mischief."""


class Arguments:
    """The fields of a JSON object. A field that is null counts as missing.

    Each reader takes a default; without one, a missing field is an `invalid
    argument`, as is one of the wrong type.
    """

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields

    @classmethod
    def of(cls, value: object, name: str = "the request's body") -> Arguments:
        """Reads a JSON value that must be an object."""
        if not isinstance(value, dict):
            raise Fault("invalid argument", f"{name} must be a JSON object")
        return cls(value)

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return self.fields.get(name) is not None

    def text(self, name: str, default: str = _REQUIRED) -> str:
        """A string."""
        value = self._value(name, default)
        if not isinstance(value, str):
            raise self._wrong(name, "a string")
        return value

    def number(self, name: str, default: float = _REQUIRED) -> float:
        """A number; true and false are none."""
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, "a number")
        if not -_LARGEST <= value <= _LARGEST:  # also refuses NaN
            raise self._wrong(name, "a number of sensible size")
        return float(value)

    def duration(self, name: str, default: float = _REQUIRED) -> float:
        """Milliseconds, none of them negative."""
        value = self.number(name, default)
        if value < 0:
            raise self._wrong(name, "0 or more")
        return value

    def flag(self, name: str, default: bool = _REQUIRED) -> bool:
        """True or false."""
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def items(self, name: str) -> list[Any]:
        """An array."""
        value = self._value(name, _REQUIRED)
        if not isinstance(value, list):
            raise self._wrong(name, "an array")
        return value

    def object(self, name: str, default: Mapping[str, Any] = _REQUIRED) -> Arguments:
        """An object."""
        return Arguments.of(self._value(name, default), name)

    def choice(self, name: str, *among: str, default: str = _REQUIRED) -> str:
        """One of several words, in any case."""
        value = self.text(name, default).lower()
        if value not in among:
            raise self._wrong(name, f"one of {', '.join(among)}")
        return value

    def element(self, name: str) -> str:
        """An element reference: its id, or the object that holds it."""
        value = self._value(name, _REQUIRED)
        if isinstance(value, dict):
            value = value.get(ELEMENT_KEY, value.get("ELEMENT"))
        if not isinstance(value, str):
            raise self._wrong(name, "an element")
        return value

    def _value(self, name: str, default: Any) -> Any:
        value = self.fields.get(name)
        if value is not None:
            return value
        if default is _REQUIRED:
            raise Fault("invalid argument", f"'{name}' is missing")
        return default

    def _wrong(self, name: str, wanted: str) -> Fault:
        given = repr(self.fields.get(name))[:80]
        return Fault("invalid argument", f"'{name}' must be {wanted}, not {given}")
