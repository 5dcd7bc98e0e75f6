"""What a tester reads when an attempt did not succeed, and the picture that goes with it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from harness.court import say_missed
from harness.model import AttemptRecord, Box, Point, Scenario, StepRecord

TARGET_COLOR = (255, 77, 79)
TOUCH_COLOR = (250, 140, 22)
LINE_PX = 6
TOUCH_RADIUS_PX = 30


def failing_step(record: AttemptRecord) -> StepRecord | None:
    """The step at which the attempt ended, or None when it never began."""
    return record.steps[-1] if record.steps else None


def explain(
    record: AttemptRecord, scenario: Scenario, picture: Path | None, patch: Path | None = None
) -> str:
    """The failure message: task, step, place in the YAML, expected and seen, reasons, picture.

    Args:
        record: of the attempt.
        scenario: its task.
        picture: of the last screen, if one was drawn.
        patch: the change of the profile that is proposed, if one is.
    """
    lines = list(_lines(record, scenario, picture))
    if patch is not None:
        lines.append(f"  建议 proposed: git apply {patch} (先核对 confirm it first)")
    return "\n".join(lines)


def _lines(record: AttemptRecord, scenario: Scenario, picture: Path | None) -> Iterator[str]:
    yield f"{record.verdict.outcome}: {scenario.title}"
    step = failing_step(record)
    told = None
    if step is not None:
        yield f"  步骤 step: {step.path}. {step.sentence}"
        yield f"  位置 at: {step.file}:{step.line}"
    if step is not None and step.expected is not None and step.seen is not None:
        yield f"  应看到 expected: {step.expected}"
        yield f"  实际看到 seen: {step.seen}"
        told = say_missed(step.expected, step.seen)
    for reason in record.verdict.reasons:
        if reason != told:
            yield f"  理由 because: {reason}"
    if record.trouble:
        yield "  This is our trouble, not the App's: see the device and its server, then run again."
    if picture is not None:
        drawn = step is not None and step.after in step.drawn
        yield f"  {'线框图 wireframe' if drawn else '截图 picture'}: {picture}"


def annotate(picture: bytes, target: Box | None, touched: Point | None) -> bytes:
    """The picture, as JPEG, with the target's box and the spot that was touched drawn on it."""
    with Image.open(io.BytesIO(picture)) as stored:
        image = stored.convert("RGB")
    pen = ImageDraw.Draw(image, "RGBA")
    if target is not None:
        corners = (target.left, target.top, target.right, target.bottom)
        pen.rounded_rectangle(corners, radius=12, outline=TARGET_COLOR, width=LINE_PX)
    if touched is not None:
        pen.circle(
            (touched.x, touched.y),
            TOUCH_RADIUS_PX,
            fill=(*TOUCH_COLOR, 200),
            outline="white",
            width=LINE_PX,
        )
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
