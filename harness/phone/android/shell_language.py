"""The language of the phone's shell, as far as people and drivers write it: mksh without loops.

Lists with `;` `&&` `||`, pipes, subshells, redirections, quotes, variables, `$(...)`.
What a script means is `shell`'s business; here it becomes a tree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError, UnexpectedCharacters, UnexpectedToken

LONGEST = 128 * 1024
"""Bytes of a script: Linux hands no longer argument to a program (MAX_ARG_STRLEN)."""

_SUBSTITUTED = r"\$\((?:[^()]|\([^()]*\))*\)|`[^`]*`|\$\{[^}]*\}"
"""`$(SCRIPT)`, its old form, and `${NAME}`."""

GRAMMAR = r"""
start: _SEPARATOR? [sequence]
sequence: and_or (_SEPARATOR and_or)* _SEPARATOR?
and_or: pipeline ((AND | OR) pipeline)*
pipeline: command (_PIPE command)*
?command: simple | subshell
subshell: "(" _SEPARATOR? sequence ")" redirection*
simple: (WORD | redirection)+
redirection: REDIRECT WORD
AND.3: /&&\s*/
OR.3: /\|\|\s*/
_PIPE.2: /\|\s*/
_SEPARATOR.2: /[;\n][;\s]*|&(?!&)[;\s]*/
REDIRECT.4: /[0-9]?(>>|>&|>|<)/
COMMENT.4: /#[^\n]*/
WORD: /(?:[^\s;&|<>()'"\\`$]|\\(?:.|\n)|'[^']*'|"(?:[^"\\]|\\(?:.|\n))*"|SUBSTITUTED|\$)+/
%ignore /(?:[ \t\r]|\\\n)+/
%ignore COMMENT
""".replace("SUBSTITUTED", _SUBSTITUTED)

Connector = Literal["&&", "||"]


class ShellSyntaxError(ValueError):
    """A script is none; the message is the shell's."""


@dataclass(frozen=True)
class Redirection:
    """Where a command reads from or writes to. `operator` is one of < > >> >&."""

    descriptor: int
    operator: str
    target: str


@dataclass(frozen=True)
class Simple:
    """Words as they are written, quotes and all."""

    words: tuple[str, ...]
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True)
class Subshell:
    """A sequence in parentheses."""

    body: Sequence
    redirections: tuple[Redirection, ...] = ()


Command: TypeAlias = "Simple | Subshell"


@dataclass(frozen=True)
class Pipeline:
    """Commands, each reading what the one before it wrote."""

    commands: tuple[Command, ...]


@dataclass(frozen=True)
class AndOr:
    """Pipelines; each but the first runs if what was before it went well (&&) or did not (||)."""

    first: Pipeline
    others: tuple[tuple[Connector, Pipeline], ...] = ()


@dataclass(frozen=True)
class Sequence:
    """One after the other."""

    parts: tuple[AndOr, ...] = ()


@v_args(inline=True)
class _ToTree(Transformer[Token, Any]):
    def start(self, sequence: Sequence | None = None) -> Sequence:
        return sequence or Sequence()

    def sequence(self, *parts: AndOr) -> Sequence:
        return Sequence(parts)

    def and_or(self, first: Pipeline, *rest: Any) -> AndOr:
        connectors = (str(each).strip() for each in rest[::2])
        return AndOr(first, tuple(zip(connectors, rest[1::2], strict=True)))  # type: ignore[arg-type]

    def pipeline(self, *commands: Command) -> Pipeline:
        return Pipeline(commands)

    def subshell(self, body: Sequence, *redirections: Redirection) -> Subshell:
        return Subshell(body, redirections)

    def simple(self, *parts: Any) -> Simple:
        words = tuple(str(each) for each in parts if isinstance(each, Token))
        return Simple(words, tuple(each for each in parts if isinstance(each, Redirection)))

    def redirection(self, sign: Token, target: Token) -> Redirection:
        digit = sign[0] if sign[0].isdecimal() else ""
        operator = str(sign)[len(digit) :]
        return Redirection(int(digit or operator != "<"), operator, str(target))


_PARSER = Lark(GRAMMAR, parser="lalr", maybe_placeholders=False, transformer=_ToTree())


def parse(script: str) -> Sequence:
    """A script as a tree.

    Raises:
        ShellSyntaxError: It is no script of this language, or too long.
    """
    if len(script.encode("utf-8", "replace")) > LONGEST:
        raise ShellSyntaxError("Argument list too long")
    try:
        return _PARSER.parse(script.replace("\0", ""))  # type: ignore[return-value]
    except UnexpectedCharacters as problem:
        if problem.char in "'\"`":
            raise ShellSyntaxError("no closing quote") from problem
        raise ShellSyntaxError(f"syntax error: unexpected '{problem.char}'") from problem
    except UnexpectedToken as problem:
        word = "EOF" if problem.token.type == "$END" else f"'{str(problem.token).strip()[:40]}'"
        raise ShellSyntaxError(f"syntax error: unexpected {word}") from problem
    except LarkError as problem:
        raise ShellSyntaxError("syntax error") from problem


# --- words ---------------------------------------------------------------------------------------

_PART = re.compile(
    r"""'(?P<single>[^']*)'
    |"(?P<double>(?:[^"\\]|\\.)*)"
    |\\(?P<escaped>.)
    |\$\((?P<command>(?:[^()]|\([^()]*\))*)\)
    |`(?P<backquoted>[^`]*)`
    |\$\{(?P<braced>[^}]*)\}
    |\$(?P<variable>[A-Za-z_]\w*|[?$#0-9@*!-])
    |(?P<plain>[^'"\\$`]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_IN_DOUBLE = re.compile(
    r"""\\(?P<escaped>[$`"\\\n])
    |\$\((?P<command>(?:[^()]|\([^()]*\))*)\)
    |`(?P<backquoted>[^`]*)`
    |\$\{(?P<braced>[^}]*)\}
    |\$(?P<variable>[A-Za-z_]\w*|[?$#0-9@*!-])
    |(?P<plain>[^\\$`]+|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Text:
    """Letters that stand for themselves; unquoted ones may be a pattern of file names."""

    letters: str
    quoted: bool = True


@dataclass(frozen=True)
class Variable:
    """A variable's value, or `default` when it has none."""

    name: str
    quoted: bool
    default: str = ""


@dataclass(frozen=True)
class Substitution:
    """What a script writes."""

    script: str
    quoted: bool


Part: TypeAlias = Text | Variable | Substitution


def parts(word: str) -> list[Part]:
    """What a word is made of, quotes removed."""
    found: list[Part] = []
    for match in _PART.finditer(word):
        if match["double"] is not None:
            inner = [_part(each, quoted=True) for each in _IN_DOUBLE.finditer(match["double"])]
            found += [Text(""), *inner]
        elif match["single"] is not None:
            found.append(Text(match["single"]))
        else:
            found.append(_part(match, quoted=False))
    return found


def _part(match: re.Match[str], quoted: bool) -> Part:
    known = match.groupdict()
    if known["escaped"] is not None:
        return Text("" if known["escaped"] == "\n" else known["escaped"])
    if known["command"] is not None or known["backquoted"] is not None:
        return Substitution(known["command"] or known["backquoted"] or "", quoted)
    if known["braced"] is not None:
        name, _, default = known["braced"].partition(":-")
        return Variable(name, quoted, default)
    if known["variable"] is not None:
        return Variable(known["variable"], quoted)
    return Text(known["plain"], quoted)
