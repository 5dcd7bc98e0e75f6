"""Runs a script on the phone, as `adb shell` and adb's `exec:` do.

A script is one moment of the phone: nothing passes while its programs run, but
for those that go on by themselves (`logcat`, `am instrument -w`, `sleep`), which
come back as something to follow; the rest of the script runs when they end.
"""

from __future__ import annotations

import errno
import posixpath
import re
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial

from harness.phone.android.call import (
    Call,
    Finished,
    Follow,
    NotUnderstood,
    Outcome,
    Refusal,
)
from harness.phone.android.files import resolve
from harness.phone.android.programs import PROGRAMS
from harness.phone.android.shell_language import (
    LONGEST,
    AndOr,
    Command,
    Pipeline,
    Redirection,
    Sequence,
    ShellSyntaxError,
    Simple,
    Subshell,
    Substitution,
    Text,
    Variable,
    parse,
    parts,
)
from harness.phone.android.system import System

__all__ = ["Finished", "Follow", "run"]

SHELL = "/system/bin/sh"
DEEPEST = 40
"""Subshells in subshells."""
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_VARIABLES = {
    "ANDROID_DATA": "/data",
    "ANDROID_ROOT": "/system",
    "EXTERNAL_STORAGE": "/sdcard",
    "HOME": "/",
    "HOSTNAME": "simulated_phone",
    "PATH": "/product/bin:/apex/com.android.runtime/bin:/system/bin:/vendor/bin",
    "SHELL": "/bin/sh",
    "TMPDIR": "/data/local/tmp",
    "USER": "shell",
}


def run(system: System, script: str, stdin: bytes = b"") -> Finished | Follow:
    """Runs a script. Whatever it says, it is answered as a shell would."""
    script = script.encode("utf-8", "replace").decode()
    try:
        tree = parse(script)
    except ShellSyntaxError as problem:
        return Finished(stderr=f"{SHELL}: {problem}\n".encode("utf-8", "replace"), code=2)
    shell = _Shell(system)
    script_run = _ScriptRun(shell, shell.whole(tree, stdin))
    if not script_run.ended:
        return script_run
    return shell.output.finished(shell.code)


# --- output --------------------------------------------------------------------------------------


@dataclass
class _Output:
    """What was written so far."""

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)

    def add(self, finished: Finished) -> None:
        self.stdout += finished.stdout
        self.stderr += finished.stderr

    def finished(self, code: int) -> Finished:
        return Finished(bytes(self.stdout), bytes(self.stderr), code)


class _Exit(Exception):
    """The script ends here."""


Running = Generator[Follow, None, None]
"""A script under way: it yields each program that goes on, and is resumed when that has ended."""


class _ScriptRun(Follow):
    """A script that came to a program that goes on."""

    def __init__(self, shell: _Shell, running: Running) -> None:
        self._shell = shell
        self._running = running
        self._current: Follow | None = None
        self._advance()

    def more(self) -> bytes:
        if self._current is not None:
            with self._shell.system.phone.moment():
                over = self._current.ended
                self._shell.output.stdout += self._current.more()
            if over:
                self._advance()
        come = bytes(self._shell.output.stdout + self._shell.output.stderr)
        self._shell.output.stdout.clear()
        self._shell.output.stderr.clear()
        return come

    @property
    def ended(self) -> bool:
        return self._current is None

    def close(self) -> None:
        if self._current is not None:
            self._current.close()
            self._current = None
        self._running.close()

    def _advance(self) -> None:
        with self._shell.system.phone.moment():
            self._current = next(self._running, None)
        self.code = self._shell.code


# --- the shell -----------------------------------------------------------------------------------


class _Shell:
    """A shell with its variables and its directory. `code` is that of the last command."""

    def __init__(self, system: System, depth: int = 0) -> None:
        self.system = system
        self.output = _Output()
        self.code = 0
        self._depth = depth
        self._variables = dict(_VARIABLES)
        self._directory = "/"

    def whole(self, tree: Sequence, stdin: bytes) -> Running:
        """Runs a script to its end, or to an `exit`."""
        with suppress(_Exit):
            yield from self._sequence(tree, stdin, self.output)

    def _sequence(self, tree: Sequence, stdin: bytes, output: _Output) -> Running:
        for part in tree.parts:
            yield from self._and_or(part, stdin, output)

    def _and_or(self, tree: AndOr, stdin: bytes, output: _Output) -> Running:
        yield from self._pipeline(tree.first, stdin, output)
        for connector, pipeline in tree.others:
            if (self.code == 0) == (connector == "&&"):
                yield from self._pipeline(pipeline, stdin, output)

    # --- pipelines ------------------------------------------------------------------------------

    def _pipeline(self, tree: Pipeline, stdin: bytes, output: _Output) -> Running:
        for place, command in enumerate(tree.commands, start=1):
            if place == len(tree.commands):
                yield from self._command(command, stdin, output)
                return
            piped = _Output()
            for follow in self._command(command, stdin, piped):
                # What a log shows by lines is filtered as it comes; the pipeline ends with it.
                yield _Filtered(follow, [partial(self._filter, c) for c in tree.commands[place:]])
                return
            output.stderr += piped.stderr
            stdin = bytes(piped.stdout)

    def _filter(self, command: Command, stdin: bytes) -> bytes:
        through = _Output()
        for _ in self._command(command, stdin, through):
            break
        return bytes(through.stdout)

    def _command(self, command: Command, stdin: bytes, output: _Output) -> Running:
        try:
            if isinstance(command, Subshell):
                yield from self._subshell(command, stdin, output)
            else:
                yield from self._simple(command, stdin, output)
        except OSError as problem:
            self.code = 1
            output.stderr += f"{SHELL}: {reason(problem)}\n".encode("utf-8", "replace")

    def _subshell(self, command: Subshell, stdin: bytes, output: _Output) -> Running:
        if self._depth >= DEEPEST:
            raise OSError(errno.ENOMEM, "Out of memory", "(")
        inner = _Shell(self.system, self._depth + 1)
        inner._variables = dict(self._variables)
        inner._directory = self._directory
        stdin = self._input(command.redirections, stdin)
        for follow in inner.whole(command.body, stdin):
            output.add(inner.output.finished(0))
            inner.output = _Output()
            yield follow
        self.code = inner.code
        self._hand_on(inner.output.finished(inner.code), command.redirections, output)

    def _simple(self, command: Simple, stdin: bytes, output: _Output) -> Running:
        raw = list(command.words)
        negated = raw[:1] == ["!"]
        del raw[: int(negated)]
        local: dict[str, str] = {}
        while raw and (match := _ASSIGNMENT.fullmatch(raw[0])):
            local[match[1]] = " ".join(self._expand(match[2]))
            del raw[0]
        words = [field for word in raw for field in self._expand(word)]
        stdin = self._input(command.redirections, stdin)
        leaves = words[:1] == ["exec"] and len(words) > 1
        if words:
            outcome = self._call(words[int(leaves) :], stdin)
        else:
            self._variables |= local
            outcome = Finished()
        if isinstance(outcome, Follow):
            yield outcome
            outcome = Finished(code=outcome.code)
        self.code = int(outcome.code == 0) if negated else outcome.code
        self._hand_on(outcome, command.redirections, output)
        if leaves:
            raise _Exit

    # --- redirections ---------------------------------------------------------------------------

    def _input(self, redirections: tuple[Redirection, ...], stdin: bytes) -> bytes:
        for each in redirections:
            if each.operator == "<":
                stdin = self.system.files.read(self._target(each))
        return stdin

    def _hand_on(
        self, finished: Finished, redirections: tuple[Redirection, ...], output: _Output
    ) -> None:
        """Writes what a command wrote where it is to go, redirections from left to right."""
        sinks: dict[int, str] = {1: "&1", 2: "&2"}
        for each in redirections:
            if each.operator == ">&":
                if each.target not in ("1", "2"):
                    raise OSError(errno.EBADF, "bad file descriptor", each.target)
                sinks[each.descriptor] = sinks[int(each.target)]
            elif each.operator != "<":
                path = self._target(each)
                kept = b""
                if each.operator == ">>" and self.system.files.exists(path):
                    kept = self.system.files.read(path)
                self._write(path, kept)
                sinks[each.descriptor] = path
        for descriptor, content in ((1, finished.stdout), (2, finished.stderr)):
            sink = sinks[descriptor]
            if sink == "&1":
                output.stdout += content
            elif sink == "&2":
                output.stderr += content
            else:
                self._write(sink, self.system.files.read(sink) + content)

    def _write(self, path: str, content: bytes) -> None:
        if not self.system.files.is_directory(posixpath.dirname(path)):
            raise OSError(errno.ENOENT, "No such file or directory", path)
        self.system.files.write(path, content)

    def _target(self, redirection: Redirection) -> str:
        return resolve(" ".join(self._expand(redirection.target)), self._directory)

    # --- commands -------------------------------------------------------------------------------

    def _call(self, words: list[str], stdin: bytes) -> Outcome:
        name, *arguments = words
        if name in _BUILT_IN:
            return _BUILT_IN[name](self, arguments)
        if name in ("sh", SHELL) and arguments[:1] == ["-c"]:
            return run(self.system, " ".join(arguments[1:2]), stdin)
        call = Call(self.system, name, tuple(arguments), stdin, self._directory)
        program = PROGRAMS.get(name.removeprefix("/system/bin/"))
        if program is None:
            return self._refused(call, NotUnderstood(_nothing_there(self.system, name), 127))
        try:
            return program(call)
        except Refusal as refusal:
            return self._refused(call, refusal)
        except OSError as problem:
            return self._refused(call, Refusal(f"{name}: {reason(problem)}"))

    def _refused(self, call: Call, refusal: Refusal) -> Finished:
        if isinstance(refusal, NotUnderstood):
            self.system.unknown.append(str(call)[:1000])
        message = f"{refusal.message}\n" if refusal.message else ""
        return Finished(stderr=message.encode("utf-8", "replace"), code=refusal.code)

    def _set(self, arguments: list[str]) -> Finished:
        for each in arguments:
            name, sign, value = each.partition("=")
            if sign:
                self._variables[name] = value
        return Finished()

    def _unset(self, arguments: list[str]) -> Finished:
        for each in arguments:
            self._variables.pop(each, None)
        return Finished()

    def _leave(self, arguments: list[str]) -> Finished:
        if arguments and arguments[0].isdecimal():
            self.code = int(arguments[0]) & 0xFF
        raise _Exit

    def _go(self, arguments: list[str]) -> Finished:
        wanted = resolve(arguments[0] if arguments else "/", self._directory)
        if not self.system.files.is_directory(wanted):
            message = f"{SHELL}: cd: {wanted}: No such file or directory\n"
            return Finished(stderr=message.encode("utf-8", "replace"), code=2)
        self._directory = wanted
        return Finished()

    def _where(self, _arguments: list[str]) -> Finished:
        return Finished(f"{self._directory}\n".encode("utf-8", "replace"))

    # --- words ----------------------------------------------------------------------------------

    def _expand(self, word: str) -> list[str]:
        """The fields that a word stands for: one, unless it has variables, scripts or patterns."""
        fields: list[_Field] = []
        goes_on = False
        for part in parts(word):
            letters = part.letters if isinstance(part, Text) else self._value(part)
            splits = not isinstance(part, Text) and not part.quoted
            pieces = letters.split() if splits else [letters]
            goes_on = goes_on and not (splits and letters[:1].isspace())
            for piece in pieces:
                found = _Field(piece, not part.quoted)
                if goes_on:
                    fields[-1] = fields[-1].joined(found)
                else:
                    fields.append(found)
                goes_on = False
            goes_on = (goes_on or bool(pieces)) and not (splits and letters[-1:].isspace())
        if sum(len(each.letters) for each in fields) > LONGEST:
            raise OSError(errno.E2BIG, "Argument list too long")
        return [name for each in fields for name in self._matching(each)]

    def _value(self, part: Variable | Substitution) -> str:
        if isinstance(part, Substitution):
            return self._substitute(part.script)
        if part.name == "?":
            return str(self.code)
        return self._variables.get(part.name) or part.default

    def _substitute(self, script: str) -> str:
        inner = _Shell(self.system, self._depth + 1)
        inner._variables, inner._directory = dict(self._variables), self._directory
        try:
            tree = parse(script) if self._depth < DEEPEST else Sequence()
        except ShellSyntaxError:
            return ""
        for follow in inner.whole(tree, b""):
            inner.output.stdout += follow.more()
            follow.close()
            break
        self.output.stderr += inner.output.stderr
        return inner.output.stdout.decode("utf-8", "replace").rstrip("\n")

    def _matching(self, found: _Field) -> list[str]:
        """The files that a pattern matches; itself when it is none, or matches none."""
        if not found.pattern:
            return [found.letters]
        folder, _, last = found.letters.rpartition("/")
        within = resolve(folder or ("/" if found.letters.startswith("/") else "."), self._directory)
        start = found.letters[: len(found.letters) - len(last)]
        names = [
            f"{start}{name}"
            for name in self.system.files.names(within)
            if fnmatchcase(name, last) and not name.startswith(".")
        ]
        return names or [found.letters]


@dataclass(frozen=True)
class _Field:
    """A word in the making; `pattern` if unquoted letters of it match file names."""

    letters: str
    unquoted: bool = False

    @property
    def pattern(self) -> bool:
        return self.unquoted and bool(set(self.letters) & set("*?["))

    def joined(self, other: _Field) -> _Field:
        return replace(
            self, letters=self.letters + other.letters, unquoted=self.unquoted or other.unquoted
        )


class _Filtered(Follow):
    """A program that goes on, and what its lines become in the programs after it."""

    def __init__(self, source: Follow, filters: list[partial[bytes]]) -> None:
        self._source = source
        self._filters = filters
        self._pending = b""

    def more(self) -> bytes:
        over = self._source.ended
        whole, line_end, rest = (self._pending + self._source.more()).rpartition(b"\n")
        come = whole + line_end + (rest if over else b"")
        self._pending = b"" if over else rest
        for each in self._filters if come else ():
            come = each(come)
        return come

    @property
    def ended(self) -> bool:
        return self._source.ended

    def close(self) -> None:
        self._source.close()


_BUILT_IN = {
    "cd": _Shell._go,
    "exit": _Shell._leave,
    "export": _Shell._set,
    "pwd": _Shell._where,
    "set": _Shell._set,
    "unset": _Shell._unset,
}


def reason(problem: OSError) -> str:
    """`PATH: what is wrong`, as Android's programs say it."""
    where = f"{problem.filename}: " if problem.filename else ""
    return f"{where}{problem.strerror}"


def _nothing_there(system: System, name: str) -> str:
    """Why a program of this name cannot be run."""
    if system.files.is_directory(name):
        return f"{SHELL}: {name}: can't execute: Is a directory"
    return f"{SHELL}: {name[:200]}: inaccessible or not found"
