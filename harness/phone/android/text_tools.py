"""Programs for text: `echo`, `grep`, `wc`, `sort` and the like."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from harness.phone.android.call import (
    NOTHING,
    Call,
    Finished,
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
    "basename": basename,
    "cut": cut,
    "dirname": dirname,
    "echo": echo,
    "false": false,
    "grep": grep,
    "egrep": grep,
    "head": head,
    "printf": printf,
    "sort": sort,
    "tail": tail,
    "tr": tr,
    "true": true,
    ":": true,
    "uname": uname,
    "wc": wc,
}
