"""`logcat` and `log`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase

from harness.phone.android.call import (
    NOTHING,
    Call,
    Finished,
    Follow,
    NotUnderstood,
    Options,
    Outcome,
    Program,
    Refusal,
    said,
)
from harness.phone.android.system import System
from harness.phone.logcat import Level

BEGINNING = "--------- beginning of main"
_LEVELS = "VDIWEFS"
_LINE = re.compile(
    r"(?P<date>\S+) (?P<time>\S+) +(?P<pid>\d+) +(?P<tid>\d+) "
    r"(?P<level>\w) (?P<tag>.*?): (?P<text>.*)",
    re.DOTALL,
)
_FORMATS = {
    "brief": "{level}/{tag}({pid:>5}): {text}",
    "long": "[ {date} {time} {pid:>5}:{tid:>5} {level}/{tag} ]\n{text}\n",
    "process": "{level}({pid:>5}) {text}  ({tag})",
    "raw": "{text}",
    "tag": "{level}/{tag}: {text}",
    "thread": "{level}({pid:>5}:{tid:>5}) {text}",
    "time": "{date} {time} {level}/{tag}({pid:>5}): {text}",
}
_MODIFIERS = ("threadtime", "color", "descriptive", "printable", "year", "zone", "usec", "UTC")
_WORDS = {
    **{"--clear": "-c", "--buffer": "-b", "--format": "-v", "--pid": "-p", "--regex": "-e"},
    **{"--tail": "-T", "--max-count": "-m", "--last": "-L", "--buffer-size": "-g"},
}
_TAKING = "vbtTmepfGr"
_BARE = "dcsgSLDBn"

Entry = tuple[datetime, str, str]


@dataclass(frozen=True)
class _View:
    """What of the log is shown, and how."""

    form: str = ""
    levels: dict[str, str] = field(default_factory=dict)
    """Of each tag the lowest level that is shown; `*` is for all others."""
    pid: str = ""
    expression: str = ""

    def lines(self, entries: Iterable[Entry]) -> list[str]:
        """What is shown of these."""
        return [shown for _, _, line in entries if (shown := self._line(line)) is not None]

    def _line(self, line: str) -> str | None:
        match = _LINE.fullmatch(line)
        if match is None:
            return line
        lowest = self.levels.get(match["tag"].strip(), self.levels.get("*", "V"))
        if _LEVELS.index(match["level"]) < _LEVELS.index(lowest):
            return None
        if self.pid not in ("", match["pid"]) or not fnmatchcase(line, self.expression or "*"):
            return None
        return self.form.format_map(match.groupdict()) if self.form else line


class Following(Follow):
    """The log as it grows."""

    def __init__(self, system: System, view: _View, read: int, first: list[str]) -> None:
        self._system = system
        self._view = view
        self._read = read
        self._pending = first
        self._closed = False

    def more(self) -> bytes:
        """What has come since the last call."""
        self._system.phone.catch_up()
        log = self._system.phone.log
        since, self._read = self._read, log.written
        lines = self._pending + (self._view.lines(log.entries(since)) if since < self._read else [])
        self._pending = []
        return said(*lines).stdout

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._closed

    def close(self) -> None:
        """Ends it."""
        self._closed = True


def logcat(call: Call) -> Outcome:
    """The log: all of it with -d, its last lines with -t, else what is there and what comes."""
    options = _options(call)
    system = call.system
    log = system.phone.log
    if options.has("-c"):
        system.log_cleared = log.written
        return NOTHING
    if options.has("-g"):
        return said(
            *(
                f"{name}: ring buffer is 256 KiB (10 KiB consumed), max entry is 5120 B"
                for name in ("main", "system", "crash")
            )
        )
    view = _view(options)
    entries = log.entries(system.log_cleared)
    wanted = options.value("-t", "-T")
    if wanted.isdecimal():
        entries = entries[max(0, len(entries) - int(wanted)) :]
    elif wanted:
        entries = tuple(each for each in entries if each[2][: len(wanted)] >= wanted)
    lines = [BEGINNING, *view.lines(entries)]
    if options.value("-m").isdecimal():
        lines = lines[: int(options.value("-m")) + 1]
    if options.has("-d", "-t", "-L", "-m"):
        return said(*lines)
    return Following(system, view, log.written, lines)


def _options(call: Call) -> Options:
    found: dict[str, tuple[str, ...]] = {}
    operands: list[str] = []
    left = list(call.arguments)
    while left:
        word, sign, value = left.pop(0).partition("=")
        if word.startswith("--"):
            if word not in _WORDS:
                raise NotUnderstood(f"logcat: unrecognized option '{word}'")
            word = _WORDS[word]
            left = [value, *left] if sign else left
        elif sign or not word.startswith("-") or len(word) < 2:
            operands.append(f"{word}{sign}{value}")
            continue
        letter, rest = word[1], word[2:]
        if letter in _TAKING:
            if not (rest or left):
                raise Refusal(f"logcat: option requires an argument -- {letter}")
            taken = rest or left.pop(0)
            found[f"-{letter}"] = (*found.get(f"-{letter}", ()), taken)
        elif letter in _BARE:
            found.setdefault(f"-{letter}", ())
            left = [f"-{rest}", *left] if rest else left
        else:
            raise NotUnderstood(f"logcat: invalid option -- {letter}")
    return Options(found, tuple(operands))


def _view(options: Options) -> _View:
    form = ""
    for name in options.values.get("-v", ("threadtime",)):
        if name not in _FORMATS and name not in _MODIFIERS:
            raise Refusal(f'logcat: Invalid parameter "{name}" to -v')
        form = _FORMATS.get(name, form if name != "threadtime" else "")
    levels = {"*": "S"} if options.has("-s") else {}
    for spec in options.operands:
        tag, _, level = spec.partition(":")
        wanted = (level or "V")[:1].upper()
        if wanted not in (*_LEVELS, "*"):
            raise Refusal(f"logcat: Invalid filter expression '{spec[:80]}'")
        levels[tag or "*"] = "V" if wanted == "*" else wanted
    expression = options.value("-e")
    return _View(form, levels, options.value("-p"), f"*{expression}*" if expression else "")


def log(call: Call) -> Outcome:
    """Writes a line into the log: -p a level, -t a tag."""
    words = list(call.arguments)
    level, tag = "I", "log"
    while len(words) > 1 and words[0] in ("-p", "-t"):
        option, value = words.pop(0), words.pop(0)
        if option == "-t":
            tag = value
        else:
            level = value[:1].upper()
    levels: dict[str, Level] = {"V": "I", "D": "I", "W": "W", "E": "E", "F": "E"}
    wanted = levels.get(level, "I")
    call.system.phone.log.noted(call.system.phone.wall_time(), wanted, tag, " ".join(words))
    return Finished()


PROGRAMS: dict[str, Program] = {"log": log, "logcat": logcat}
