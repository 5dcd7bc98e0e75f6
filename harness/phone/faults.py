"""What the W3C endpoint answers when something does not go as asked."""

from __future__ import annotations

STATUS = {
    "invalid argument": 400,
    "invalid element state": 400,
    "invalid selector": 400,
    "element not interactable": 400,
    "invalid session id": 404,
    "no such alert": 404,
    "no such context": 400,
    "no such element": 404,
    "stale element reference": 404,
    "unknown command": 404,
    "unknown method": 405,
    "move target out of bounds": 500,
    "session not created": 500,
    "unknown error": 500,
    "unsupported operation": 500,
}
"""The HTTP status of each error code. Source: W3C WebDriver, section 6.6."""


class Fault(Exception):
    """An error of the W3C protocol: its code, and a message for a person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status that goes with the code."""
        return STATUS.get(self.code, 500)

    def payload(self) -> dict[str, object]:
        """The body of the answer, as the protocol wants it."""
        value = {"error": self.code, "message": self.message, "stacktrace": ""}
        return {"value": value}
