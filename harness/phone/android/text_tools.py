"""Programs for text and conditions: `echo`, `grep`, `wc`, `test`, `date` and the like."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from datetime import datetime

from harness.phone.android.call import (
    NOTHING,
    Call,
    Finished,
    Follow,
    Options,
    Outcome,
    Program,
    Refusal,
    read_letters,
    said,
)
from harness.phone.faults import Fault
from harness.phone.regex import MOST_STEPS, pattern

# --- writing -------------------------------------------------------------------------------------

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "\\": "\\"}
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|0[0-7]{0,3}|.)", re.DOTALL)
_DIRECTIVE = re.compile(r"%(?:%|[-0-9.]*[sdiuxXc])")


def echo(call: Call) -> Outcome:
    """Writes its arguments; mksh's own, which reads escapes only with -e."""
    words = list(call.arguments)
    line_end, escapes = "\n", False
    while words and re.fullmatch("-[neE]+", words[0]):
        option = words.pop(0)
        line_end = "" if "n" in option else line_end
        escapes = "e" in option or (escapes and "E" not in option)
    text = " ".join(words)
    return Finished(((_unescaped(text) if escapes else text) + line_end).encode("utf-8", "replace"))


def printf(call: Call) -> Outcome:
    """Writes its arguments in a format, again and again until there are no more."""
    if not call.arguments:
        raise Refusal("usage: printf FORMAT [ARGUMENT...]")
    form, values = _unescaped(call.first), list(call.arguments[1:])
    written = []
    while True:
        before = len(values)
        written.append(_DIRECTIVE.sub(lambda match: _formatted(match[0], values), form))
        if not values or len(values) == before:
            return Finished("".join(written).encode("utf-8", "replace"))


def _formatted(directive: str, values: list[str]) -> str:
    if directive == "%%":
        return "%"
    value = values.pop(0) if values else ""
    widths = [int(number) for number in re.findall(r"\d+", directive)]
    if any(width > 1000 for width in widths):
        return value
    if directive[-1] in "sc":
        return directive.replace("c", "s") % value
    return directive.replace("u", "d") % (int(value) if re.fullmatch(r"-?\d{1,18}", value) else 0)


def _unescaped(text: str) -> str:
    def letter(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] == "x" and len(code) > 1:
            return chr(int(code[1:], 16))
        if code[0] == "0":
            return chr(int(code, 8))
        return _ESCAPES.get(code, match[0])

    return _ESCAPE.sub(letter, text)


def true(_call: Call) -> Outcome:
    """Goes well."""
    return NOTHING


def false(_call: Call) -> Outcome:
    """Does not."""
    return Finished(code=1)


# --- filters -------------------------------------------------------------------------------------


def _input(call: Call, paths: tuple[str, ...]) -> list[str]:
    """The lines of files, or of the standard input."""
    content = b"".join(call.system.files.read(call.path(path)) for path in paths)
    text = (content if paths else call.stdin).decode("utf-8", "surrogateescape")
    return text.removesuffix("\n").split("\n") if text else []


def _output(lines: list[str], code: int = 0) -> Finished:
    text = "".join(f"{line}\n" for line in lines)
    return Finished(text.encode("utf-8", "surrogateescape"), code=code)


def grep(call: Call) -> Outcome:
    """Lines that match: -i -v -c -o -q -E -F -w -n -m."""
    options = read_letters(call, "EFHLhilnoqrsvwxcaZ", "emABC")
    wanted = list(options.values.get("e", ()))
    operands = list(options.operands)
    if not wanted:
        if not operands:
            raise Refusal("grep: no REGEX", 2)
        wanted.append(operands.pop(0))
    matcher = _matcher(wanted, options)
    most = int(options.value("m", default="1000000000") or 0)
    found: list[str] = []
    for number, line in enumerate(_input(call, tuple(operands)), start=1):
        match = matcher(line)
        if bool(match) != options.has("v") and len(found) < most:
            shown = match if options.has("o") and match else line
            found.append(f"{number}:{shown}" if options.has("n") else shown)
    code = int(not found)
    if options.has("q"):
        return Finished(code=code)
    return _output([str(len(found))] if options.has("c") else found, code)


def _matcher(wanted: list[str], options: Options) -> Callable[[str], str]:
    """From a line to the part of it that matches, or nothing. Patterns are those of -E."""
    texts = [part for each in wanted for part in each.split("\n")]
    if options.has("F"):
        texts = [re.escape(each) for each in texts]
    elif not options.has("E"):
        # In a basic expression the bare signs are letters, and with a backslash operators.
        texts = [re.sub(r"\\?[|+?(){}]", _swapped, each) for each in texts]
    expression = "|".join(f"(?:{each})" for each in texts)
    if options.has("w"):
        expression = rf"\b(?:{expression})\b"
    if options.has("x"):
        expression = f"^(?:{expression})$"
    try:
        checked = pattern(f"(?i:{expression})" if options.has("i") else expression)
    except Fault as problem:
        raise Refusal(f"grep: bad REGEX '{wanted[0][:80]}'", 2) from problem

    def match(line: str) -> str:
        if len(line) ** (checked.repetitions + 1) > MOST_STEPS * 100:
            raise Refusal("grep: line too long for this REGEX", 2)
        found = checked.compiled.search(line)
        return "" if found is None else (found[0] or line or "\0")

    return match


def _swapped(match: re.Match[str]) -> str:
    sign = match[0]
    return sign[1:] if sign.startswith("\\") else f"\\{sign}"


def wc(call: Call) -> Outcome:
    """Lines, words and bytes."""
    options = read_letters(call, "clmw")
    lines = _input(call, options.operands)
    content = "".join(f"{line}\n" for line in lines)
    if not options.operands:
        content = call.stdin.decode("utf-8", "surrogateescape")
    counts = {
        "l": content.count("\n"),
        "w": len(content.split()),
        "c": len(content.encode("utf-8", "surrogateescape")),
        "m": len(content),
    }
    asked = [name for name in counts if options.has(name)] or ["l", "w", "c"]
    numbers = " ".join(str(counts[name]) for name in asked)
    return said(" ".join((numbers, *options.operands)))


def head(call: Call) -> Outcome:
    """The first lines, or with -c the first bytes."""
    options, count = _counted(call)
    if options.has("c"):
        return Finished(_bytes(call, options)[: int(options.value("c"))])
    return _output(_input(call, options.operands)[:count])


def tail(call: Call) -> Outcome:
    """The last lines, or with -c the last bytes."""
    options, count = _counted(call)
    if options.has("c"):
        wanted = int(options.value("c"))
        return Finished(_bytes(call, options)[-wanted:] if wanted else b"")
    lines = _input(call, options.operands)
    return _output(lines[max(0, len(lines) - count) :])


def _bytes(call: Call, options: Options) -> bytes:
    paths = options.operands
    return b"".join(call.system.files.read(call.path(each)) for each in paths) or call.stdin


def _counted(call: Call) -> tuple[Options, int]:
    words = tuple(re.sub(r"^-(\d+)$", r"-n\1", each) for each in call.arguments)
    options = read_letters(Call(call.system, call.name, words, call.stdin), "qv", "nc")
    for letter in "nc":
        if options.has(letter) and not options.value(letter).isdecimal():
            raise Refusal(f"{call.name}: not integer: {options.value(letter)}")
    return options, int(options.value("n", default="10"))


def cut(call: Call) -> Outcome:
    """Fields -f with a delimiter -d, or characters -c, of each line."""
    options = read_letters(call, "s", "dfcb")
    delimiter = options.value("d", default="\t")[:1] or "\t"
    asked = options.value("f", "c", "b")
    if not asked:
        raise Refusal("cut: no -b, -c or -f")
    shown = []
    for line in _input(call, options.operands):
        pieces = line.split(delimiter) if options.has("f") else list(line)
        if options.has("f") and len(pieces) == 1:
            shown += [] if options.has("s") else [line]
            continue
        kept = [piece for place, piece in enumerate(pieces, 1) if _in_ranges(place, asked)]
        shown.append((delimiter if options.has("f") else "").join(kept))
    return _output(shown)


def _in_ranges(place: int, ranges: str) -> bool:
    for each in ranges.split(","):
        first, dash, last = each.partition("-")
        if not (first + last).isdecimal():
            raise Refusal(f"cut: bad range '{ranges[:40]}'")
        if int(first or 1) <= place <= (int(last or 10**9) if dash else int(first)):
            return True
    return False


def tr(call: Call) -> Outcome:
    """Changes characters into others, or with -d deletes them."""
    options = read_letters(call, "ds")
    text = call.stdin.decode("utf-8", "surrogateescape")
    if not options.operands:
        raise Refusal("tr: Needs 1 argument")
    source = _set(options.operands[0])
    if options.has("d"):
        changed = "".join(letter for letter in text if letter not in source)
    elif len(options.operands) > 1 and (target := _set(options.operands[1])):
        target = target.ljust(len(source), target[-1])
        changed = text.translate(dict(zip(map(ord, source), target, strict=False)))
    else:
        raise Refusal("tr: Needs 2 arguments")
    return Finished(changed.encode("utf-8", "surrogateescape"))


def _set(text: str) -> str:
    text = _unescaped(text)
    return re.sub(
        r"(.)-(.)",
        lambda match: "".join(map(chr, range(ord(match[1]), ord(match[2]) + 1))),
        text,
        flags=re.DOTALL,
    )


def sort(call: Call) -> Outcome:
    """Lines in order; -r backwards, -n as numbers, -u each once."""
    options = read_letters(call, "nru")
    lines = _input(call, options.operands)
    lines = list(dict.fromkeys(lines)) if options.has("u") else lines

    def key(line: str) -> tuple[float, str]:
        number = re.match(r"\s*-?\d{1,15}", line) if options.has("n") else None
        return (float(number[0]) if number else 0.0, line)

    return _output(sorted(lines, key=key, reverse=options.has("r")))


# --- conditions ----------------------------------------------------------------------------------


def test(call: Call) -> Outcome:
    """`test` and `[`: files, texts, numbers; `!`, `-a`, `-o`."""
    words = list(call.arguments)
    if call.name == "[":
        if words[-1:] != ["]"]:
            raise Refusal("/system/bin/sh: [: missing ]", 2)
        words.pop()
    return Finished(code=int(not _either(call, words)))


def _either(call: Call, words: list[str]) -> bool:
    for sign, combine in (("-o", any), ("-a", all)):
        if sign in words[1:-1] and len(words) > 3:
            place = words.index(sign, 1)
            sides = (words[:place], words[place + 1 :])
            return combine(_either(call, side) for side in sides)
    if words[:1] == ["!"]:
        return not _either(call, words[1:])
    return _holds(call, words)


def _holds(call: Call, words: list[str]) -> bool:
    match words:
        case []:
            return False
        case [text]:
            return bool(text)
        case [sign, text] if sign in _UNARY:
            return _UNARY[sign](call, text)
        case [left, sign, right] if sign in _TEXTS:
            return _TEXTS[sign](left, right)
        case [left, sign, right] if sign in _NUMBERS:
            return _NUMBERS[sign](_number(left), _number(right))
    raise Refusal(f"/system/bin/sh: {call.name}: unexpected operator/operand", 2)


def _number(text: str) -> int:
    if not re.fullmatch(r"\s*[-+]?\d{1,18}\s*", text):
        raise Refusal(f"/system/bin/sh: {text[:40]}: bad number", 2)
    return int(text)


def _size(call: Call, path: str) -> int:
    return call.system.files.stat(call.path(path))[1]


def _is_file(call: Call, path: str) -> bool:
    where = call.path(path)
    return call.system.files.exists(where) and not call.system.files.is_directory(where)


_UNARY: dict[str, Callable[[Call, str], bool]] = {
    "-e": lambda call, path: call.system.files.exists(call.path(path)),
    "-f": _is_file,
    "-d": lambda call, path: call.system.files.is_directory(call.path(path)),
    "-r": lambda call, path: call.system.files.exists(call.path(path)),
    "-w": lambda call, path: call.system.files.exists(call.path(path)),
    "-x": lambda call, path: bool(call.system.files.stat(call.path(path))[0] & 0o111),
    "-s": lambda call, path: _size(call, path) > 0,
    "-L": lambda call, path: False,
    "-h": lambda call, path: False,
    "-n": lambda call, text: bool(text),
    "-z": lambda call, text: not text,
}
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda left, right: left == right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
}
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda left, right: left == right,
    "-ne": lambda left, right: left != right,
    "-lt": lambda left, right: left < right,
    "-le": lambda left, right: left <= right,
    "-gt": lambda left, right: left > right,
    "-ge": lambda left, right: left >= right,
}


# --- time ----------------------------------------------------------------------------------------


def date(call: Call) -> Outcome:
    """The phone's time, in its time zone; +FORMAT as strftime has it."""
    options = read_letters(call, "u", "D")
    at = call.system.phone.wall_time()
    form = next((each[1:] for each in options.operands if each.startswith("+")), "")
    if not form and options.operands:
        raise Refusal("date: cannot set date: Operation not permitted")
    return said(at.strftime(_portable(form or "%a %b %e %H:%M:%S %Z %Y", at)))


def _portable(form: str, at: datetime) -> str:
    """The format with what Python's strftime does otherwise filled in: %s, %N, %3N."""

    def filled(match: re.Match[str]) -> str:
        if match[0] == "%s":
            return str(int(at.timestamp()))
        return match[0] if match[0] == "%%" else f"{at:%f}000"[: int(match[1] or 9)]

    return re.sub(r"%%|%s|%(\d?)N", filled, form)


def uptime(call: Call) -> Outcome:
    """How long the phone has been on."""
    at = call.system.phone.wall_time()
    minutes = int((at - call.system.started_at).total_seconds() // 60)
    up = f"up {minutes // 60:2d}:{minutes % 60:02d}" if minutes >= 60 else f"up {minutes} min"
    return said(f" {at:%H:%M:%S} {up},  0 users,  load average: 0.00, 0.00, 0.00")


class Sleep(Follow):
    """Does nothing until its time is over."""

    def __init__(self, call: Call, seconds: float) -> None:
        self._clock = call.system.phone.clock
        self._due = self._clock.monotonic() + seconds

    def more(self) -> bytes:
        """What has come since the last call."""
        return b""

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._clock.monotonic() >= self._due

    def close(self) -> None:
        """Ends it."""
        self._due = 0.0


def sleep(call: Call) -> Outcome:
    """Waits for so many seconds (s), minutes (m), hours (h) or days (d)."""
    given = re.fullmatch(r"(\d{1,9}(?:\.\d{0,9})?)([smhd]?)", call.first)
    if given is None:
        raise Refusal(f"sleep: Unknown suffix '{call.first[:40]}'")
    seconds = float(given[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[given[2]]
    return Sleep(call, seconds) if seconds else NOTHING


# --- names ---------------------------------------------------------------------------------------


def basename(call: Call) -> Outcome:
    """The last part of a path, without a suffix if one is named."""
    name = posixpath.basename(call.first.rstrip("/")) or "/"
    return said(name.removesuffix(call.arguments[1]) if len(call.arguments) > 1 else name)


def dirname(call: Call) -> Outcome:
    """A path without its last part."""
    return said(posixpath.dirname(call.first.rstrip("/")) or ".")


def uname(call: Call) -> Outcome:
    """The kernel; -a with all that there is to say."""
    options = read_letters(call, "amnrsvo")
    known = {
        "s": "Linux",
        "n": "localhost",
        "r": "5.15.0-simulated",
        "v": "#1 SMP PREEMPT",
        "m": "x86_64",
        "o": "Android",
    }
    asked = [value for name, value in known.items() if options.has(name, "a")]
    return said(" ".join(asked or [known["s"]]))


PROGRAMS: dict[str, Program] = {
    "[": test,
    "basename": basename,
    "cut": cut,
    "date": date,
    "dirname": dirname,
    "echo": echo,
    "false": false,
    "grep": grep,
    "egrep": grep,
    "head": head,
    "printf": printf,
    "sleep": sleep,
    "sort": sort,
    "tail": tail,
    "test": test,
    "tr": tr,
    "true": true,
    ":": true,
    "uname": uname,
    "uptime": uptime,
    "wc": wc,
}
