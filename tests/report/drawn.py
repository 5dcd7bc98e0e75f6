"""Runs with pictures, small and made by hand, for tests of the pages."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw

from harness.model import (
    AttemptRecord,
    Match,
    Outcome,
    Point,
    RunRecord,
    StepRecord,
    StepTimes,
    Words,
)
from harness.store import RunDirectory
from scoring.conclude import assess, write_report
from tests.scoring import records

WIDTH, HEIGHT = 270, 600
COLOURS = ("#d7e3fc", "#c6f6d5", "#feebc8", "#fed7d7", "#e9d8fd")
HIERARCHY = """<?xml version="1.0" encoding="UTF-8"?>
<hierarchy><android.widget.FrameLayout package="cn.zhangce.sample" bounds="[0,0][270,600]">
<android.widget.Button resource-id="cn.zhangce.sample:id/home_search" text="{text}"
 bounds="[20,40][250,90]" clickable="true"/></android.widget.FrameLayout></hierarchy>"""

Keep = Callable[[bytes, str], str]


def picture(words: str, colour: str, scale: int = 1) -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), colour)
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((20, 40, 250, 90), 12, fill="white")
    pen.text((30, 55), words, fill="black")
    image = image.resize((scale * WIDTH, scale * HEIGHT))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def steps(
    keep: Keep, name: str, count: int, *, said: str = "", failed: bool = False
) -> Sequence[StepRecord]:
    """Steps with a picture each; the third costs most, the last fails where it is to."""
    shots = [
        keep(picture(f"{name} {number}", COLOURS[number % len(COLOURS)]), "jpg")
        for number in range(count + 1)
    ]
    hierarchy = keep(
        gzip.compress(HIERARCHY.format(text=said or "搜索").encode(), mtime=0), "xml.gz"
    )
    return [
        _step(number, before, after, hierarchy, said, failed=failed and number == count)
        for number, (before, after) in enumerate(pairwise(shots), 1)
    ]


def _step(
    number: int, before: str, after: str, hierarchy: str, said: str, *, failed: bool
) -> StepRecord:
    wait = 4.0 if number == 3 else 0.2 * number
    return StepRecord(
        path=str(number),
        kind="launch" if number == 1 else "tap",
        sentence=Words(zh=said or f"点按第 {number} 项", en=said or f"Tap item {number}"),
        file=said or "scenarios/find_service.yaml",
        line=10 + number,
        status="failed" if failed else "done",
        started_s=float(number),
        times=StepTimes(
            wall_s=wait + 0.4, app_s=wait, tool_s=0.3, barrier_s=0, evidence_s=0.1, action_s=0.1
        ),
        match=None
        if number == 1
        else Match.model_validate(
            {
                "target": "home.search",
                "locator": {"id": "home_search"},
                "position": 1,
                "candidates": 1,
                "box": {"left": 20, "top": 40, "right": 250, "bottom": 90},
            }
        ),
        touched=None if number == 1 else Point(x=135, y=65),
        activity=said or (".HomeActivity" if number % 2 else ".ServiceActivity"),
        before=None if number == 1 else before,
        after=after,
        hierarchy=hierarchy,
        expected=Words.same(said or "service.title") if failed else None,
        seen=Words(zh=said or "没有这样的元素", en=said or "nothing of the kind")
        if failed
        else None,
    )


def write(results: Path, *drafts: tuple[AttemptRecord, int, str]) -> Path:
    """Puts a run on the disk: of each attempt its record, how many steps, what every field says."""
    request = records.request(*(record for record, _, _ in drafts))
    return write_as(results, request, *drafts)


def write_as(results: Path, request: RunRecord, *drafts: tuple[AttemptRecord, int, str]) -> Path:
    with RunDirectory.create(results, request) as directory:
        for record, count, said in drafts:
            failed = record.verdict.outcome.finding
            made = steps(directory.keep, record.id, count, said=said, failed=failed)
            directory.append(record.model_copy(update={"steps": tuple(made)}))
        return directory.path


def some(results: Path) -> Path:
    """Two tasks on two Apps, of which one crashes."""
    outcomes = {"sample_city": Outcome.COMPLETED, "other_city": Outcome.CRASHED}
    return write(
        results,
        *(
            (records.attempt(outcome, scenario=task, app=app, repetition=repetition), 5, "")
            for app, outcome in outcomes.items()
            for task in ("find_service", "apply")
            for repetition in (1, 2)
        ),
    )


def report(directory: Path) -> Path:
    """Writes the report of a run and returns its first page."""
    return write_report(assess([directory]))
