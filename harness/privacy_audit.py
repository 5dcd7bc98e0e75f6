"""Searches a run for personal data that should not be in it: every file, also the pictures.

What it finds by form needs no knowledge of the run. Names, addresses and secrets have no
form: they are searched for as the tasks' files and the environment have them.
"""

from __future__ import annotations

import gzip
import html
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.model import Box, Frozen
from harness.personal import KINDS, Kind, Span, Word, find, star
from harness.store import every_file, read_request

Read = Callable[[Image.Image], Iterable[tuple[str, Box]]]
Track = Callable[[tuple[Path, ...]], Iterable[Path]]
"""Hands the files on one by one, and may show how far it is."""

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
TEXTS = frozenset(
    {
        ".log", ".html", ".js", ".css", ".csv", ".txt", ".svg", ".md", ".yaml", ".patch", ".xml",
        ".tmp", "",
    }
)  # fmt: skip
WITHOUT_TEXT = frozenset({".woff2", ".woff", ".otf", ".ttf", ".ico"})
DRAWING = re.compile(r"\b(?:d|points|transform|viewBox|style|x|y)=\"[^\"]*\"")
"""Attributes of drawings: their numbers are places."""

AROUND = 12
"""Characters on either side of a leak in its excerpt."""
SHOWN = 20
"""Leaks in the terminal; the rest is in --json."""


class Leak(Frozen):
    """Personal data in a file of a run."""

    file: str
    """Below the run's directory."""
    place: str
    """`line 3: steps.2.seen`; of a picture where on it, in pixels; `name` for the file's own."""
    kind: Kind
    excerpt: str
    """What stands around it; itself it is starred here too."""


class Audit(Frozen):
    """What was found of a run."""

    run_id: str
    files: int
    pictures: int
    pictures_were_read: bool
    """Whether their text was read; without the optional extra it is not."""
    not_read: tuple[str, ...]
    """Files of which nobody here knows what is in them."""
    leaks: tuple[Leak, ...]


@dataclass(frozen=True)
class Search:
    """What is searched for, and by what pictures are read; None where they are not."""

    words: tuple[Word, ...] = ()
    read: Read | None = None


def audit(directory: Path, search: Search, track: Track = iter) -> Audit:
    """Searches all files of a run.

    Raises:
        UsageError: the directory is no run, or cannot be read.
    """
    run_id = read_request(directory).run_id
    files = tuple(every_file(directory))
    leaks: list[Leak] = []
    not_read: list[str] = []
    for path in track(files):
        name = path.relative_to(directory).as_posix()
        found = _leaks_of(path, search)
        if found is None:
            not_read.append(name)
        leaks += _in_text(name, "name", name, search.words)
        leaks += (leak.model_copy(update={"file": name}) for leak in found or ())
    return Audit(
        run_id=run_id,
        files=len(files),
        pictures=sum(path.suffix in PICTURES for path in files),
        pictures_were_read=search.read is not None,
        not_read=tuple(not_read),
        leaks=tuple(leaks),
    )


def _leaks_of(path: Path, search: Search) -> Iterable[Leak] | None:
    """The leaks in a file's content; None if it is of no kind that is known here."""
    if path.suffix in PICTURES:
        return () if search.read is None else _in_picture(path, search.words, search.read)
    texts = _texts_of(path)
    if texts is None:
        return None
    return (leak for place, text in texts for leak in _in_text("", place, text, search.words))


def _texts_of(path: Path) -> Iterable[tuple[str, str]] | None:
    """The texts of a file with their places."""
    data = path.read_bytes()
    if path.suffix in WITHOUT_TEXT:
        return ()
    if path.suffix == ".gz":
        data = _unzipped(data)
    if path.suffix == ".xlsx":
        return _of_workbook(data)
    text = data.decode("utf-8", "replace")
    if path.suffix in (".json", ".jsonl"):
        return _of_json(text) if path.suffix == ".json" else _of_json_lines(text)
    return _of_lines(text) if path.suffix in TEXTS or path.suffix == ".gz" else None


def _unzipped(data: bytes) -> bytes:
    """What is compressed; the bytes as they are where they are damaged."""
    try:
        return gzip.decompress(data)
    except (OSError, EOFError):
        return data


def _of_lines(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        yield f"line {number}", html.unescape(DRAWING.sub("", line))


def _of_json(text: str) -> Iterator[tuple[str, str]]:
    try:
        value = json.loads(text)
    except ValueError:
        yield from _of_lines(text)
    else:
        yield from _strings(value, "")


def _of_json_lines(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        for place, string in _of_json(line):
            yield f"line {number}: {place}", string


def _strings(value: object, place: str) -> Iterator[tuple[str, str]]:
    """All texts of a JSON value, keys too."""
    if isinstance(value, str):
        yield place.removeprefix("."), value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield f"{place}.{key}".removeprefix("."), str(key)
            yield from _strings(item, f"{place}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _strings(item, f"{place}.{number}")


def _of_workbook(data: bytes) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        for name in book.namelist():
            if name.endswith(".xml"):
                texts = re.findall(r"<t[^>]*>([^<]*)</t>", book.read(name).decode("utf-8"))
                yield from ((name, html.unescape(text)) for text in texts)


def _in_picture(path: Path, words: tuple[Word, ...], read: Read) -> Iterator[Leak]:
    try:
        with Image.open(path) as picture:
            lines = tuple(read(picture))
    except (UnidentifiedImageError, OSError):
        return  # `python -m scoring verify` tells of damage
    for text, box in lines:
        yield from _in_text("", f"at {box.left},{box.top}", text, words)


def _in_text(file: str, place: str, text: str, words: tuple[Word, ...]) -> Iterator[Leak]:
    for span in find(text, words):
        excerpt = _excerpt(text, span, words)
        yield Leak(file=file, place=place, kind=span.kind, excerpt=excerpt)


def _excerpt(text: str, span: Span, words: tuple[Word, ...]) -> str:
    """What stands around a leak, itself starred: who reads of it needs not see it."""
    starred = star(text, words)
    # Passwords get shorter by being starred: what stands before the leak is starred by itself.
    before = star(text[: span.start], words)
    until = len(star(text[: span.end], words))
    around = starred[max(0, len(before) - AROUND) : until + AROUND]
    return "".join(each if each.isprintable() else " " for each in around)


# --- in the terminal ------------------------------------------------------------------------------


def show(found: Audit, console: Console, install: str) -> None:
    """Prints what was looked at, then the leaks.

    Args:
        found: what there is to tell.
        console: where to.
        install: the command that makes pictures readable.
    """
    mark = (
        Text("✗ 有泄漏 leaks", style="red") if found.leaks else Text("✓ 未发现 none found", "green")
    )
    console.print(Text.assemble(f"{found.run_id}  ", mark))
    console.print(
        f"  文件 files searched: {found.files}, 其中图片 of these pictures: {found.pictures}"
    )
    if found.pictures and not found.pictures_were_read:
        told = f"  ! 图片未读 pictures were not read: {install}"
        console.print(Text(told, style="yellow"))
    for name in found.not_read:
        console.print(Text(f"  ! 未读 not read: {name}", style="yellow"))
    if found.leaks:
        console.print(_table(found.leaks))


def _table(leaks: tuple[Leak, ...]) -> Table:
    counted = Counter(leak.kind for leak in leaks)
    kinds = ", ".join(f"{KINDS[kind]} {number}" for kind, number in counted.most_common())
    table = Table(title=kinds, title_justify="left", pad_edge=False)
    for heading in ("文件 file", "位置 place", "种类 kind", "摘录 excerpt"):
        table.add_column(heading, overflow="fold")
    for leak in leaks[:SHOWN]:
        table.add_row(*map(Text, (leak.file, leak.place, str(KINDS[leak.kind]), leak.excerpt)))
    if len(leaks) > SHOWN:
        table.caption = f"… {len(leaks) - SHOWN} more: --json"
    return table
