"""The report of a large run: seconds to write it, to open it, its frames and its memory.

1,000 attempts of 12 steps, each with a picture and a hierarchy of its own, as real phones give
them; the pictures are of the size of a phone's, and differ in a comment within the file.
"""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from harness.model import AttemptRecord, Outcome
from harness.phone.chromium import find_program
from harness.store import RunDirectory, read_run
from scoring.conclude import Conclusion, write_report
from scoring.index import index_each
from scoring.pack import values_by_app
from scoring.report.shown import Shown
from scoring.scorecard import score, with_index
from scoring.tree import load_tree
from tests.report.drawn import picture
from tests.scoring import records

ATTEMPTS, STEPS, APPS = 1000, 12, 4
NODES = 160
SCROLL_S = 3
OPENINGS = 5
NODE = (
    '<android.widget.TextView package="cn.zhangce.sample" resource-id="cn.zhangce.sample:id/n{n}"'
    ' text="文字 {n}" bounds="[0,{n}][1080,{m}]" clickable="true"/>'
)
SCROLL = """seconds => new Promise(done => {
  const began = performance.now(), times = [];
  const step = now => {
    times.push(now);
    scrollBy(0, 40);
    if (now - began < 1000 * seconds) requestAnimationFrame(step); else done(times);
  };
  requestAnimationFrame(step);
})"""


def measure() -> None:
    """Writes the run, its report, opens it, and prints a table."""
    table = Table(title=f"Report of {ATTEMPTS:,} attempts x {STEPS} steps, {APPS} Apps")
    table.add_column("what")
    table.add_column("measured", justify="right")
    with tempfile.TemporaryDirectory(prefix="zhangce-bench-") as folder:
        run = _write_run(Path(folder))
        # Without the audit, which looks at each picture closely: it is no part of the pages.
        tree = load_tree()
        index = index_each(tree, values_by_app([run]))
        shown = Shown(read_run(run), run)
        found = Conclusion((shown,), with_index(score([shown.run]), index), tree)
        began = perf_counter()
        first = write_report(found)
        table.add_row("writing the pages", f"{perf_counter() - began:.1f} s")
        size = sum(path.stat().st_size for path in first.parent.rglob("*") if path.is_file())
        table.add_row("size beside the evidence", f"{size / 1e6:.0f} MB")
        for name, measured in _browse(first.parent):
            table.add_row(name, measured)
    Console().print(table)


def _browse(site: Path) -> Iterator[tuple[str, str]]:
    attempt = next((site / "attempts").iterdir()).name
    with sync_playwright() as playwright:
        for name in ("index.html", "attempts.html", f"attempts/{attempt}"):
            chromium = playwright.chromium.launch(
                executable_path=find_program(),
                args=["--no-sandbox"] if os.geteuid() == 0 else [],
            )
            page = chromium.new_page(viewport={"width": 1366, "height": 768})
            opened = [_open(page, site / name) for _ in range(OPENINGS)]
            what = "an attempt" if "/" in name else name
            yield f"opening {what}: median of {OPENINGS}", f"{median(opened):.2f} s"
            yield f"scrolling {what}", _scroll(page)
            yield f"memory of {what}, after that", f"{_renderer_mb():.0f} MB"
            chromium.close()


def _open(page: Page, path: Path) -> float:
    page.goto("about:blank")
    page.goto(path.as_uri())
    timing = "performance.getEntriesByType('navigation')[0].loadEventEnd"
    page.wait_for_function(f"{timing} > 0")
    return float(page.evaluate(timing)) / 1000


def _scroll(page: Page) -> str:
    times = page.evaluate(SCROLL, SCROLL_S)
    rate = (len(times) - 1) / (times[-1] - times[0]) * 1000
    return f"{rate:.0f} frames a second"


def _renderer_mb() -> float:
    """Of the largest renderer: what it alone holds, in MB."""
    renderers = [
        process.memory_full_info().uss
        for process in psutil.Process().children(recursive=True)
        if "--type=renderer" in process.cmdline()
    ]
    return float(max(renderers)) / 1e6


# --- the run --------------------------------------------------------------------------------------


def _write_run(results: Path) -> Path:
    outcomes = [Outcome.COMPLETED] * 8 + [Outcome.CRASHED, Outcome.NOT_FOUND]
    drafts = [
        records.attempt(
            outcomes[number % len(outcomes)],
            scenario=f"task_{number % 25}",
            app=f"city_{number % APPS}",
            repetition=1 + number // (25 * APPS),
        )
        for number in range(ATTEMPTS)
    ]
    unique = {draft.id: draft for draft in drafts}
    pictures = [picture(f"screen {n}", "#d7e3fc", scale=4) for n in range(STEPS + 1)]
    with RunDirectory.create(results, records.request(*unique.values())) as directory:
        for draft in unique.values():
            directory.append(_with_steps(draft, directory, pictures))
        return directory.path


def _with_steps(
    draft: AttemptRecord, directory: RunDirectory, pictures: Sequence[bytes]
) -> AttemptRecord:
    shots = [
        directory.keep(_commented(shot, f"{draft.id} {n}"), "jpg")
        for n, shot in enumerate(pictures)
    ]
    steps = [_step(draft, directory, number, shots) for number in range(1, STEPS + 1)]
    return draft.model_copy(update={"steps": tuple(steps)})


def _step(draft: AttemptRecord, directory: RunDirectory, number: int, shots: Sequence[str]) -> Any:
    nodes = "".join(NODE.format(n=n, m=n + 40) for n in range(NODES))
    text = f"<hierarchy><!-- {draft.id} {number} -->{nodes}</hierarchy>".replace("--#", "- #")
    hierarchy = directory.keep(gzip.compress(text.encode(), 1, mtime=0), "xml.gz")
    return records.step(
        str(number),
        before=shots[number - 1],
        after=shots[number],
        hierarchy=hierarchy,
        kind="launch" if number == 1 else "tap",
    )


def _commented(jpeg: bytes, words: str) -> bytes:
    """The picture with a comment in it: other bytes, the same work to read."""
    comment = words.encode()
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]
