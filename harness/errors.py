"""Everything that can go wrong, told apart by whose move it is.

    HarnessError
    ├── UsageError        the person can mend it: path, line, column   -> exit 2
    ├── DeviceTrouble     ours: session not started, lost, no answer   -> harness_error, exit 3
    ├── ResultsTrouble    ours: the record cannot be kept: disk full   -> exit 3
    └── StepFailed        a fact about the App                         -> goes to the court

The class says what kind of trouble it is, the message what happened and what
to do next, attributes carry the evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from harness.model import Failure


class HarnessError(Exception):
    """The root of all that this package raises on purpose."""

    exit_code: ClassVar[int] = 3
    """Of `python -m` where it ends the command: 3, infrastructure."""


class UsageError(HarnessError):
    """Something that the person who asked can mend: a file, an option, a missing program.

    The message names the place (`path:line:col`) where there is one.
    """

    exit_code = 2


class DeviceTrouble(HarnessError):
    """The device, its server or the driver did not do its part. Never the App's fault."""


class SessionNotStarted(DeviceTrouble):
    """No session could be opened on the device."""


class NodeDied(SessionNotStarted):
    """A Grid sent us to a node that is dead; it will not any more once it has noticed."""


class SessionLost(DeviceTrouble):
    """The session that was open is gone; a new one may work."""


class NoAnswer(DeviceTrouble):
    """The device's server did not answer, or answered with what no server should."""


class AppMissing(DeviceTrouble):
    """The App is not installed on the device."""


class ResultsTrouble(HarnessError):
    """The results directory did not take what was to be kept: full, read-only, gone.

    What was kept before stays whole.
    """


class StepFailed(HarnessError):
    """A step could not be done: a fact about the App, for the court to weigh.

    Attributes:
        failure: what the step ran into.
        expected: what had to be on the screen, in words.
        seen: what was there instead, in words.
    """

    def __init__(self, failure: Failure, *, expected: str, seen: str) -> None:
        super().__init__(f"expected {expected}, saw {seen}")
        self.failure: Failure = failure
        self.expected = expected
        self.seen = seen


class ElementGone(StepFailed):
    """The element left the screen between the look that found it and the touch."""

    def __init__(self, expected: str) -> None:
        super().__init__("left", expected=expected, seen="it left before it was touched")


class TouchRefused(StepFailed):
    """The touch would have landed on a commit point: it was not made.

    A mistake of the task or its profile, no fact about the App's quality.
    """

    def __init__(self, *, expected: str, seen: str) -> None:
        super().__init__("commit_point", expected=expected, seen=seen)
