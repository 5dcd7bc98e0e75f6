"""Intents: how programs are given them, and how Android prints them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.phone.android.call import Options, read_options
from harness.phone.android.packages import full, short

MAIN = "android.intent.action.MAIN"
VIEW = "android.intent.action.VIEW"
HOME = "android.intent.category.HOME"
LAUNCHER_CATEGORY = "android.intent.category.LAUNCHER"

_TAKING = {
    **dict.fromkeys(("-a", "-d", "-t", "-i", "-c", "-n", "-p", "-f", "--user", "--display"), 1),
    **dict.fromkeys(("-e", "--es", "--ez", "--ei", "--el", "--ef", "--ed", "--eu", "--ecn"), 2),
    **dict.fromkeys(("--esa", "--eia", "--ela", "--efa", "--esal", "--eial", "--elal"), 2),
    "--esn": 1,
    "-R": 1,
    "-P": 1,
    "--windowingMode": 1,
    "--activityType": 1,
    "--receiver-permission": 1,
    "--attribution": 1,
    "--abi": 1,
}
_BARE = (
    *("-W", "-S", "-D", "-N", "--splashscreen-show-icon", "--lock-task", "--task-overlay"),
    *("--grant-read-uri-permission", "--grant-write-uri-permission", "--selector"),
    *("--include-stopped-packages", "--exclude-stopped-packages", "--async", "--allow-background"),
    *(f"--activity-{name}" for name in ("clear-top", "single-top", "brought-to-front")),
    *(f"--activity-{name}" for name in ("clear-task", "task-on-home", "clear-when-task-reset")),
    *(f"--activity-{name}" for name in ("no-animation", "no-history", "reset-task-if-needed")),
    *(f"--activity-{name}" for name in ("multiple-task", "launched-from-history")),
    *(f"--receiver-{name}" for name in ("foreground", "registered-only", "replace-pending")),
)
_EXTRAS = tuple(name for name, count in _TAKING.items() if count == 2)
_WEB = re.compile(r"(https?://[^/?#]*).*", re.DOTALL)


@dataclass(frozen=True)
class Intent:
    """What is asked for. `component` is PACKAGE/CLASS as it was given."""

    action: str = ""
    categories: tuple[str, ...] = ()
    data: str = ""
    mime: str = ""
    flags: int = 0
    package: str = ""
    component: str = ""
    extras: dict[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """The package that it is meant for, if it says so."""
        return self.component.partition("/")[0] or self.package

    @property
    def activity(self) -> str:
        """The full class that it is meant for."""
        package, _, name = self.component.partition("/")
        return full(package, name)

    def __str__(self) -> str:
        """As `Intent.toString` writes it."""
        data = _WEB.sub(r"\1/...", self.data)
        parts = [
            f"act={self.action}" if self.action else "",
            f"cat=[{','.join(self.categories)}]" if self.categories else "",
            f"dat={data}" if self.data else "",
            f"typ={self.mime}" if self.mime else "",
            f"flg={self.flags:#x}" if self.flags else "",
            f"pkg={self.package}" if self.package else "",
            f"cmp={self.target}/{short(self.target, self.activity)}" if self.component else "",
            "(has extras)" if self.extras else "",
        ]
        return " ".join(["Intent {", *filter(None, parts), "}"])


def read_intent(arguments: Sequence[str]) -> tuple[Intent, Options]:
    """An intent out of a command line, and all that was given there.

    Raises:
        Refusal: The command line is none.
    """
    options = read_options(arguments, _BARE, _TAKING)
    given = options.operands[0] if options.operands else ""
    extras: dict[str, str] = {}
    for name in _EXTRAS:
        values = options.values.get(name, ())
        extras |= dict(zip(values[::2], values[1::2], strict=True))
    component = options.value("-n")
    package, data = options.value("-p"), options.value("-d")
    if ":" in given:
        data = data or given
    elif "/" in given:
        component = component or given
    else:
        package = package or given
    intent = Intent(
        action=options.value("-a"),
        categories=options.values.get("-c", ()),
        data=data,
        mime=options.value("-t"),
        flags=options.number("-f"),
        package=package,
        component=component.replace("\\", ""),
        extras=extras,
    )
    return intent, options
