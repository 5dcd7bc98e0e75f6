"""What Android's log says of a launch."""

from __future__ import annotations

import re
from collections.abc import Iterable


def displayed_s(lines: Iterable[str], package: str) -> float | None:
    """Seconds from the start of the App's process to its first picture; None: it is not said.

    `ActivityTaskManager: Displayed PACKAGE/ACTIVITY: +1s234ms`, the TotalTime that
    `am start -W` waits for; of several the last.
    """
    pattern = re.compile(
        rf"Displayed {re.escape(package)}/\S+(?: for user \d+)?: "
        r"\+(?:(?P<m>\d+)m)?(?:(?P<s>\d+)s)?(?P<ms>\d+)ms"
    )
    found = [match for line in lines if (match := pattern.search(line))]
    if not found:
        return None
    minutes, seconds, milliseconds = (int(found[-1][unit] or 0) for unit in ("m", "s", "ms"))
    return 60 * minutes + seconds + milliseconds / 1000
