"""Makes the pictures of the READMEs from a run's evidence.

`python -m docs.make_pictures RUN` draws docs/pictures/: the boxes and touches are
those of the record, so that the pictures show what the harness really did.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from harness.failure_message import annotate
from harness.model import AttemptRecord, StepRecord
from harness.store import find_run, picture_path, read_run

PICTURES = Path(__file__).parent / "pictures"
FONT = Path(__file__).parents[1] / "harness" / "fonts" / "NotoSansSC-Regular.otf"
FRAME = (270, 600)
GAP = 18
CAPTION = 84
INK, PAPER, MUTED = "#1F2329", "#FFFFFF", "#646A73"


def main(
    run: str,
    task: Annotated[str, typer.Option(help="which task's film strip")] = "find_contribution_query",
    app: str = "sample_city",
    results: Path = Path("results"),
) -> None:
    """Draws the film strip of a task."""
    directory = find_run(run, results)
    attempts = read_run(directory).attempts
    attempt = next(one for one in attempts if (one.scenario, one.app) == (task, app))
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{task}.jpg"
    film(directory, attempt).save(path, "JPEG", quality=80, optimize=True)
    print(f"{path}: {path.stat().st_size / 1000:.0f} KB")


def film(directory: Path, attempt: AttemptRecord) -> Image.Image:
    """The touched screens of an attempt from left to right, and the last one."""
    steps = [step for step in attempt.steps if step.touched is not None and step.match is not None]
    frames = [(step, _picture(directory, step, step.before)) for step in steps]
    last = attempt.steps[-1]
    frames.append((last, _picture(directory, last, last.after)))
    width = GAP + len(frames) * (FRAME[0] + GAP)
    strip = Image.new("RGB", (width, FRAME[1] + CAPTION + 2 * GAP), PAPER)
    pen = ImageDraw.Draw(strip)
    for number, (step, picture) in enumerate(frames):
        left = GAP + number * (FRAME[0] + GAP)
        strip.paste(picture.resize(FRAME, Image.Resampling.LANCZOS), (left, GAP))
        corners = (left - 1, GAP - 1, left + FRAME[0], GAP + FRAME[1])
        pen.rectangle(corners, outline="#DEE0E3")
        _caption(pen, step, (left, GAP + FRAME[1] + 10))
    return strip


def _picture(directory: Path, step: StepRecord, name: str | None) -> Image.Image:
    stored = picture_path(directory, name or "").read_bytes()
    target = None if step.match is None else step.match.box
    with Image.open(io.BytesIO(annotate(stored, target, step.touched))) as image:
        return image.convert("RGB")


def _caption(pen: ImageDraw.ImageDraw, step: StepRecord, at: tuple[int, int]) -> None:
    left, top = at
    pen.text((left, top), _cut(f"{step.path}  {step.sentence.zh}", 17), INK, _font(17))
    pen.text((left, top + 26), _cut(step.sentence.en, 14), MUTED, _font(14))
    pen.text((left, top + 48), _response(step), MUTED, _font(14))


def _response(step: StepRecord) -> str:
    response = step.response
    if response is None or response.middle_s is None or response.half_width_s is None:
        return ""
    return f"{response.middle_s:.3f} ± {response.half_width_s:.3f} s"


def _cut(text: str, size: int) -> str:
    font = _font(size)
    while font.getlength(text) > FRAME[0]:
        text = text[:-2] + "…"
    return text


def _font(size: int) -> FreeTypeFont:
    return ImageFont.truetype(FONT, size)


if __name__ == "__main__":
    typer.run(main)
