"""Feeds the loader broken files: `python -m tests.fuzz_loader --examples 20000`.

Real scenarios, profiles and devices files are mutated, and whatever comes out must
be read or refused in good order: a document, or problems whose places lie in the
file, within a second. tests/test_load_fuzz.py runs a shorter round of the same.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from harness import yaml_source
from harness.problem import InvalidFile, Problem
from tests.project import DATA, PLACES, load_case

LIMIT_S = 1.0
"""Of processor time, for one file."""

KINDS = {"apps": "profile", "shared": "shared", "data": "devices"}
"""The kind of file in each folder, but for those of scenarios."""
SCENARIOS = DATA.parent.parent / "scenarios"

SEEDS = tuple(
    (
        KINDS.get(path.parent.name, "scenario"),
        re.sub(rb"(?m)^id: \w+", b"id: case", path.read_bytes()),
    )
    for path in (*sorted(DATA.rglob("*.yaml")), *sorted(SCENARIOS.rglob("*.yaml")))
)
LINE = re.compile(r"[^:\n]+:\d+:\d+: [^\n]+?: [^\n]+")
TOKEN = re.compile(rb"[\w.]+|[^\w\s]|\s+")

SNIPPETS = (
    b"&a ", b"*a", b"<<: *a\n", b"!!python/name:os.system ", b"!x ", b"${", b"${service}", b"${x}",
    b"${secret:X}", b'"', b"'", b"[", b"]", b"{", b"}", b"---\n", b"...\n", b": ", b"- ", b"? ",
    b"|\n", b">\n", b"#", b"\t", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b"\\", b"%YAML 1.1\n",
    b"null", b"~", b"true", b"1e999", b"-0", b"0x1F", b"9" * 50, b"9" * 5000, b"1:30", b".nan",
    b"\xe2\x80\xa8", b"\xc2\x85", b"\xef\xbc\x9a", b"\xf0\x9f\x98\x80", b'"\\ud83d"', b'"\\0"',
    b"(" * 300, b"(a|b)*" * 20, b"//*" * 100, b"a" * 3000, b"\n" * 50, b" " * 50, b", ",
    "，：社保".encode(), "查".encode("gbk"),
)  # fmt: skip

KEYS = (
    b"tap", b"type", b"into", b"text", b"visible", b"within_s", b"steps", b"data", b"goal", b"id",
    b"matches", b"xpath", b"inbox", b"when", b"do", b"run", b"with", b"launch", b"elements",
    b"kind", b"class", b"weight", b"capabilities", b"default", b"tpa", b"", b"<<", b"1", b"null",
)  # fmt: skip


# --- mutations ------------------------------------------------------------------------------------


def flip_byte(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw) + 1)
    return raw[:at] + bytes([dice.randrange(256)]) + raw[at + 1 :]


def duplicate_line(raw: bytes, dice: random.Random) -> bytes:
    lines = raw.split(b"\n")
    lines.insert(dice.randrange(len(lines) + 1), dice.choice(lines))
    return b"\n".join(lines)


def delete_line(raw: bytes, dice: random.Random) -> bytes:
    lines = raw.split(b"\n")
    del lines[dice.randrange(len(lines))]
    return b"\n".join(lines)


def join_lines(raw: bytes, dice: random.Random) -> bytes:
    ends = [at for at, byte in enumerate(raw) if byte == ord("\n")]
    if not ends:
        return raw
    at = dice.choice(ends)
    return raw[:at] + raw[at + 1 :]


def swap_tokens(raw: bytes, dice: random.Random) -> bytes:
    tokens = TOKEN.findall(raw)
    if len(tokens) < 2:
        return raw
    first, second = dice.randrange(len(tokens)), dice.randrange(len(tokens))
    tokens[first], tokens[second] = tokens[second], tokens[first]
    return b"".join(tokens)


def delete_token(raw: bytes, dice: random.Random) -> bytes:
    tokens = TOKEN.findall(raw)
    if tokens:
        del tokens[dice.randrange(len(tokens))]
    return b"".join(tokens)


def replace_token(raw: bytes, dice: random.Random) -> bytes:
    tokens = TOKEN.findall(raw)
    if tokens:
        tokens[dice.randrange(len(tokens))] = dice.choice(SNIPPETS)
    return b"".join(tokens)


def rename_key(raw: bytes, dice: random.Random) -> bytes:
    keys = list(re.finditer(rb"[\w.]+(?=:)", raw))
    if not keys:
        return raw
    key = dice.choice(keys)
    return raw[: key.start()] + dice.choice(KEYS) + raw[key.end() :]


def change_indentation(raw: bytes, dice: random.Random) -> bytes:
    lines = raw.split(b"\n")
    at = dice.randrange(len(lines))
    indent = dice.choice((b"", b" ", b"  ", b"    ", b"\t", b"  \t", b"        "))
    lines[at] = indent + lines[at].lstrip()
    return b"\n".join(lines)


def insert_snippet(raw: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(raw) + 1)
    return raw[:at] + dice.choice(SNIPPETS) + raw[at:]


def insert_unicode(raw: bytes, dice: random.Random) -> bytes:
    ranges = ((1, 0x20), (0x7F, 0xA1), (0x300, 0x370), (0x2000, 0x2070), (0x4E00, 0x9FFF),
              (0xE000, 0xE100), (0xFE00, 0x10000), (0x1F300, 0x1FAFF))  # fmt: skip
    text = "".join(chr(dice.randrange(*dice.choice(ranges))) for _ in range(dice.randint(1, 8)))
    at = dice.randrange(len(raw) + 1)
    return raw[:at] + text.encode("utf-8", "replace") + raw[at:]


def insert_bomb(raw: bytes, dice: random.Random) -> bytes:
    depth = dice.choice((5, 30, 39, 41, 200, 3000))
    levels = b"".join(
        b"b%d: &b%d [%s]\n" % (level, level, b", ".join([b"*b%d" % (level - 1)] * 9))
        for level in range(1, 12)
    )
    bomb = dice.choice((
        b"[" * depth,
        b"{a: " * depth,
        b"[" * depth + b"]" * depth,
        b"{a: " * depth + b"1" + b"}" * depth,
        b"- " * depth,
        b"\n" + b"".join(b" " * level + b"a:\n" for level in range(min(depth, 300))),
        b"\nb0: &b0 x\n" + levels,
        b"\n" + b"? " * depth,
        b"[" + b"a, " * depth + b"]",
        b"\n".join([b"- tpa: home"] * depth),
    ))  # fmt: skip
    at = dice.randrange(len(raw) + 1)
    return raw[:at] + bomb + raw[at:]


def cut_off(raw: bytes, dice: random.Random) -> bytes:
    return raw[: dice.randrange(len(raw) + 1)]


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flip_byte, duplicate_line, delete_line, join_lines, swap_tokens, delete_token, replace_token,
    rename_key, rename_key, change_indentation, insert_snippet, insert_unicode, insert_bomb,
    cut_off,
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A kind of file, and a real file of that kind, mutated one to four times."""
    kind, raw = draw(st.sampled_from(SEEDS))
    dice = draw(st.randoms(use_true_random=False))
    for mutation in draw(st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=4)):
        raw = mutation(raw, dice)
    return kind, raw


# --- what must hold -------------------------------------------------------------------------------


@dataclass
class Tally:
    """What came of the files so far."""

    files: int = 0
    read: int = 0
    refused: int = 0
    problems: int = 0
    slowest_s: float = 0.0
    slowest: bytes = b""
    parsers_differ: list[bytes] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.files} files: {self.read} read, {self.refused} refused "
            f"with {self.problems} problems; slowest {self.slowest_s:.3f} s of processor time"
        )


def examine(kind: str, raw: bytes, root: Path, tally: Tally) -> None:
    """Loads a file and checks what comes of it.

    Raises:
        AssertionError: something does not hold.
    """
    began = time.process_time()
    problems = load(kind, raw, root)
    taken = time.process_time() - began
    if taken > LIMIT_S:
        # Once more: another process may have had the caches, or the collector its day.
        began = time.process_time()
        load(kind, raw, root)
        taken = min(taken, time.process_time() - began)
    tally.files += 1
    tally.read += not problems
    tally.refused += bool(problems)
    tally.problems += len(problems)
    if taken > tally.slowest_s:
        tally.slowest_s, tally.slowest = taken, raw
    assert taken <= LIMIT_S, f"took {taken:.2f} s"
    check_problems(kind, raw, problems)


def load(kind: str, raw: bytes, root: Path) -> tuple[Problem, ...]:
    """The problems of a file; none when it was read."""
    try:
        load_case(raw, root, kind)
    except InvalidFile as invalid:
        assert invalid.problems, "refused without a reason"
        return invalid.problems
    return ()


def check_problems(kind: str, raw: bytes, problems: tuple[Problem, ...]) -> None:
    text = raw[: yaml_source.MAX_BYTES].decode("utf-8-sig", errors="replace")
    lines = text.replace("\r\n", "\n").split("\n")
    assert list(problems) == sorted(problems)
    for problem in problems:
        said = str(problem)
        assert LINE.fullmatch(said), f"not path:line:col: field: message: {said!r}"
        assert problem.path == PLACES[kind]
        assert 1 <= problem.line <= len(lines), f"line outside the file: {said}"
        width = len(lines[problem.line - 1])
        assert 1 <= problem.column <= width + 1, f"column outside the line: {said}"
        assert len(said) < 1000, f"too long: {said}"


def compare_parsers(kind: str, raw: bytes, root: Path, tally: Tally) -> None:
    """Notes a file about which libyaml and the parser in Python make us say different things."""
    ours = yaml_source.PARSER
    with_libyaml = load(kind, raw, root)
    try:
        yaml_source.PARSER = yaml_source.PURE_PARSER
        if load(kind, raw, root) != with_libyaml:
            tally.parsers_differ.append(raw)
    finally:
        yaml_source.PARSER = ours


def run(examples: int, root: Path, *, first: int = 0, compare: bool = False) -> Tally:
    """Examines so many mutated files.

    Args:
        examples: how many.
        root: of the project in which the files are written.
        first: seed of the mutations; the same seed makes the same files.
        compare: whether to also read each file with the parser in Python.
    """
    tally = Tally()

    @seed(first)
    @settings(
        max_examples=examples,
        deadline=None,  # the limit is of processor time, and checked by hand
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=tuple(HealthCheck),
    )
    @given(mutated())
    def every_file_is_read_or_refused(kind_and_raw: tuple[str, bytes]) -> None:
        examine(*kind_and_raw, root, tally)
        if compare:
            compare_parsers(*kind_and_raw, root, tally)

    every_file_is_read_or_refused()
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--compare", action="store_true", help="read with both parsers")
    parser.add_argument("--keep", type=Path, help="folder for the slowest file and differences")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        tally = run(options.examples, Path(root), first=options.seed, compare=options.compare)
    sys.stdout.write(f"{tally}\n")
    if options.compare:
        sys.stdout.write(f"parsers differ on {len(tally.parsers_differ)} files\n")
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        (options.keep / "slowest.yaml").write_bytes(tally.slowest)
        for number, raw in enumerate(tally.parsers_differ):
            (options.keep / f"differs_{number}.yaml").write_bytes(raw)


if __name__ == "__main__":
    main()
