"""Everything that can go wrong, told apart by whose move it is.

    HarnessError
    ├── UsageError        the person can mend it: path, line, column   -> exit 2
    ├── DeviceTrouble     ours: session not started, lost, no answer   -> harness_error, exit 3
    ├── ResultsTrouble    ours: the record cannot be kept: disk full   -> exit 3
    ├── ElementGone       it left before the touch                     -> twice: a step that failed
    └── StepFailed        a fact about the App                         -> goes to the court

The class says what kind of trouble it is, the message what happened and what
to do next, attributes carry the evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from harness.model import Failure, Words


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

    zh: ClassVar[str] = "设备、它的服务器或驱动出了问题"
    """What happened, in Chinese. The message has the details, in English as servers give them."""


class SessionNotStarted(DeviceTrouble):
    """No session could be opened on the device."""

    zh = "设备上打不开会话"


class NodeDied(SessionNotStarted):
    """A Grid sent us to a node that is dead; it will not any more once it has noticed."""

    zh = "Grid 的节点已经失效，打不开会话"


class SessionLost(DeviceTrouble):
    """The session that was open is gone; a new one may work."""

    zh = "会话中断"


class NoAnswer(DeviceTrouble):
    """The device's server did not answer, or answered with what no server should."""

    zh = "设备的服务器没有应答，或者应答无效"


class AppMissing(DeviceTrouble):
    """The App is not installed on the device."""

    zh = "设备上没有安装这个 App"


class ResultsTrouble(HarnessError):
    """The results directory did not take what was to be kept: full, read-only, gone.

    What was kept before stays whole.
    """


class ElementGone(HarnessError):
    """The element left the screen between the look that found it and the touch."""


class StepFailed(HarnessError):
    """A step could not be done: a fact about the App, for the court to weigh.

    Attributes:
        failure: what the step ran into.
        expected: what had to be on the screen, in words.
        seen: what was there instead, in words.
    """

    def __init__(self, failure: Failure, *, expected: Words, seen: Words) -> None:
        super().__init__(f"expected {expected.en}, saw {seen.en}")
        self.failure: Failure = failure
        self.expected = expected
        self.seen = seen


class TouchRefused(StepFailed):
    """The touch would have landed on a commit point: it was not made.

    A mistake of the task or its profile, no fact about the App's quality.
    """

    def __init__(self, *, expected: Words, seen: Words) -> None:
        super().__init__("commit_point", expected=expected, seen=seen)
