"""Pictures and hierarchies as pages want them: small pictures, sizes, boxes by hierarchy.

Both are named by the evidence that they come from, so that what is there is never made again.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lxml import etree
from PIL import Image

from harness.errors import UsageError
from harness.hierarchy import box_of, elements
from harness.store import picture_path, write_whole
from scoring.spread import spread

SMALL_PX = 135
"""Width of a small picture: an eighth of a usual phone's, which JPEG gives without reading the
rest; pages show it at 54 to 84 CSS pixels (report.css)."""
QUALITY = 72
FEW = 400
"""So few pictures are made sooner than processes are started."""
LONGEST_TEXT = 200
"""Characters of a node's text that the inspector shows."""


@dataclass(frozen=True)
class Pictured:
    """What a page needs to know of a picture."""

    small: str
    """Of its small copy: a file name under pictures/."""
    width: int
    height: int


def make_small(
    run: Path, names: Iterable[str], folder: Path
) -> Iterator[tuple[str, Pictured | None]]:
    """Makes the small pictures that are not there yet; None for one that cannot be read.

    Args:
        run: the run's directory.
        names: of its pictures.
        folder: where they go; it is there.
    """
    ordered = sorted(set(names))
    yield from zip(ordered, spread(partial(_make_small, run, folder), ordered, FEW), strict=True)


def make_nodes(run: Path, names: Iterable[str], folder: Path) -> Iterator[tuple[str, str | None]]:
    """The same for hierarchies: scripts that hand a page the nodes, as it can read no files."""
    ordered = sorted(set(names))
    yield from zip(ordered, spread(partial(_make_nodes, run, folder), ordered, FEW), strict=True)


# --- one of them ----------------------------------------------------------------------------------


def _make_small(run: Path, folder: Path, name: str) -> Pictured | None:
    small = folder / f"{stem(name)}.jpg"
    is_made = small.exists()
    try:
        with Image.open(picture_path(run, name)) as image:
            size = image.size
            data = b"" if is_made else _shrink(image)
    except (OSError, ValueError, SyntaxError, UsageError):  # what Pillow raises for damage
        return None
    if not is_made:
        write_whole(small, data)
    return Pictured(small.name, *size)


def _shrink(image: Image.Image) -> bytes:
    width, height = image.size
    image.draft("RGB", (SMALL_PX, SMALL_PX * height // width))
    image.thumbnail((SMALL_PX, SMALL_PX * 4), Image.Resampling.BILINEAR)
    out = io.BytesIO()
    # WebP would be a third smaller, and take as long again as all the rest of it.
    image.convert("RGB").save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _make_nodes(run: Path, folder: Path, name: str) -> str | None:
    script = folder / f"{stem(name)}.js"
    if script.exists():
        return script.name
    try:
        nodes = list(_nodes(gzip.decompress(picture_path(run, name).read_bytes()).decode()))
    except (OSError, EOFError, ValueError, UsageError):
        return None
    text = json.dumps(nodes, ensure_ascii=False, separators=(",", ":"))
    write_whole(script, f'zhangce.nodes("{stem(name)}", {text});\n'.encode())
    return script.name


def _nodes(text: str) -> Iterator[list[object]]:
    """Depth, class, id, text, description, box, and what can be done with it, of each element."""
    depths: dict[etree._Element | None, int] = {None: -1}
    for element in elements(text):  # parents come before what they hold
        depth = depths[element] = depths.get(element.getparent(), 0) + 1
        box = box_of(element)
        if box is None:
            continue
        yield [
            depth,
            _last(element.get("class", ""), "."),
            _last(element.get("resource-id", ""), "/"),
            element.get("text", "")[:LONGEST_TEXT],
            element.get("content-desc", "")[:LONGEST_TEXT],
            [box.left, box.top, box.right, box.bottom],
            [what for what in ("clickable", "checked", "password") if element.get(what) == "true"],
        ]


def _last(text: str, separator: str) -> str:
    return text.rpartition(separator)[2]


def stem(name: str) -> str:
    """Of evidence named by its hash: enough of it to tell all of a run apart."""
    return name.partition(".")[0][:24]
