"""Charts as SVG and PNG, from plain numbers; the one place that knows matplotlib.

No browser, no display, no state: the same numbers give the same bytes. Letters are drawn with
the font that is shipped, as outlines, so that Chinese shows wherever a chart is opened.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from rich.cells import cell_len, set_cell_size

import harness
from scoring.estimate import Estimate

FONT = Path(harness.__file__).parent / "fonts" / "NotoSansSC-Regular.otf"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Told apart by people who do not see red and green alike: Okabe & Ito (2008)."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", "--", "-.", ":")
GREY, PALE = "#666666", "#DDDDDD"
WIDTH_IN = 8.0
ROW_IN = 0.36
LINE_IN = 0.18
NOTE_CELLS = 136
"""Of a line of notes, a Chinese letter taking two."""
PIXELS_AN_INCH = 150
MOST_CELLS = 34
"""Of a label beside a row, a Chinese letter taking two; the rest is cut off, and is in tables."""

STYLE: dict[str, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "text.parse_math": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "zhangce",
    "figure.facecolor": "white",
}


@dataclass(frozen=True)
class Chart:
    """One picture, twice."""

    svg: bytes
    png: bytes


@dataclass(frozen=True)
class Caption:
    """What stands above and below a chart.

    Attributes:
        title: what is shown, Chinese first.
        notes: what must be said beside it, a line each: n, method, marks.
    """

    title: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bar:
    """A row of a tornado: the index with the smaller weight, and with the larger."""

    label: str
    less: float
    more: float


def tornado(caption: Caption, base: float, bars: Sequence[Bar]) -> Chart:
    """What each weight is worth: how far the index moves when it is changed.

    Args:
        caption: above and below.
        base: the index as it is.
        bars: the widest first.
    """

    def draw(axes: Axes) -> None:
        rows = range(len(bars))
        for side, colour, label in (
            ([bar.less - base for bar in bars], COLOURS[1], "权重减少 weight less"),
            ([bar.more - base for bar in bars], COLOURS[0], "权重增加 weight more"),
        ):
            axes.barh(rows, side, left=base, color=colour, label=label, height=0.7)
        axes.axvline(base, color="black", linewidth=0.8)
        _rows(axes, [bar.label for bar in bars])
        axes.set_xlabel(f"App 指数 index（现值 as it is: {base:.1f}）")
        _legend_above(axes, 2)

    return _chart(caption, draw, _Frame(len(bars)))


@dataclass(frozen=True)
class PlaceRow:
    """An App, and in which share of the draws it had each place."""

    label: str
    shares: tuple[float, ...]


def place_stability(caption: Caption, rows: Sequence[PlaceRow]) -> Chart:
    """How firmly Apps stand on their places: darker where a place is more likely."""
    shares = np.array([row.shares for row in rows], dtype=float)
    places = [str(place) for place in range(1, shares.shape[1] + 1)]

    def draw(axes: Axes) -> None:
        _cells(axes, shares, [[_percent(share) for share in row.shares] for row in rows], "Blues")
        _rows(axes, [row.label for row in rows])
        axes.set_xticks(range(len(places)), places)
        axes.set_xlabel("位次 place")

    return _chart(caption, draw, _Frame(len(rows)))


def _percent(share: float) -> str:
    if share == 0:
        return ""
    return "<1 %" if share < 0.005 else f"{100 * share:.0f} %"


@dataclass(frozen=True)
class Series:
    """One App's values; None: not measured."""

    label: str
    values: tuple[float | None, ...]


def radar(caption: Caption, axes_labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Capabilities around a circle, 0 in the middle and 100 outside; what is not measured is open.

    Args:
        caption: above and below.
        axes_labels: one an axis, three or more.
        series: one an App.

    Raises:
        ValueError: fewer than three axes have no area to show.
    """
    if len(axes_labels) < 3:
        raise ValueError(f"a radar of {len(axes_labels)} axes")
    angles = np.linspace(0, 2 * math.pi, len(axes_labels), endpoint=False)

    def draw(axes: Any) -> None:  # PolarAxes, whose methods matplotlib does not type
        axes.set_theta_offset(math.pi / 2)
        axes.set_theta_direction(-1)
        axes.set_ylim(0, 100)
        axes.set_yticks([20, 40, 60, 80], ["20", "40", "60", "80"], color=GREY, size=7)
        axes.set_xticks(angles, axes_labels)
        axes.tick_params(axis="x", pad=14)
        axes.grid(color=PALE)
        axes.spines["polar"].set_color(PALE)
        for number, each in enumerate(series):
            values = [math.nan if value is None else value for value in each.values]
            axes.plot(
                [*angles, angles[0]],
                [*values, values[0]],
                label=each.label,
                **_looks(number),
            )
        axes.legend(loc="upper left", bbox_to_anchor=(1.12, 1.05), frameon=False)

    return _chart(caption, draw, _Frame(rows=14, left=0.15, projection="polar"))


def _looks(number: int) -> dict[str, Any]:
    return {
        "color": COLOURS[number % len(COLOURS)],
        "marker": MARKERS[number % len(MARKERS)],
        "linestyle": LINES[number % len(LINES)],
        "markersize": 4,
        "linewidth": 1.5,
    }


@dataclass(frozen=True)
class ForestRow:
    """A number with its interval, or none; `group` gives it a colour."""

    label: str
    estimate: Estimate | None
    group: int = 0


def forest(
    caption: Caption,
    rows: Sequence[ForestRow],
    *,
    across: str,
    limits: tuple[float, float] | None = (0, 100),
) -> Chart:
    """Numbers with their intervals below each other, each with its n.

    Args:
        caption: above and below.
        rows: from top to bottom.
        across: what the numbers are, with unit.
        limits: of the scale; None: as the numbers ask.
    """

    def draw(axes: Axes) -> None:
        for place, row in enumerate(rows):
            if row.estimate is not None:
                _whisker(axes, place, row.estimate, COLOURS[row.group % len(COLOURS)])
        if limits:
            axes.set_xlim(*limits)
        for place, row in enumerate(rows):
            axes.annotate(
                _say(row.estimate), (1.02, place), xycoords=("axes fraction", "data"),
                va="center", color=GREY, size=8, annotation_clip=False,
            )  # fmt: skip
        _rows(axes, [row.label for row in rows])
        axes.grid(axis="x", color=PALE)
        axes.set_axisbelow(True)
        axes.set_xlabel(across)

    return _chart(caption, draw, _Frame(len(rows)))


def _whisker(axes: Axes, place: int, estimate: Estimate, colour: str) -> None:
    if estimate.low is not None and estimate.high is not None:
        axes.plot([estimate.low, estimate.high], [place, place], color=colour, linewidth=1.5)
    axes.plot([estimate.value], [place], color=colour, marker="o", markersize=5)


def _say(estimate: Estimate | None) -> str:
    if estimate is None:
        return "未测得 not measured"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.1f}  n={estimate.n}"
    return f"{estimate.value:.1f} [{estimate.low:.1f}, {estimate.high:.1f}]  n={estimate.n}"


def heat_map(
    caption: Caption,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[Estimate | None]],
) -> Chart:
    """Rates of 0 to 1, a row a task and a column an App, each with its n; hatched: not measured."""

    def draw(axes: Axes) -> None:
        values = np.array(
            [[math.nan if cell is None else cell.value for cell in row] for row in cells]
        ).reshape(len(rows), len(columns))
        words = [
            ["—" if cell is None else f"{100 * cell.value:.0f} %  n={cell.n}" for cell in row]
            for row in cells
        ]
        _cells(axes, values, words, "cividis")
        _rows(axes, rows)
        axes.xaxis.tick_top()
        names = [_cut(column) for column in columns]
        axes.set_xticks(range(len(columns)), names, rotation=25, ha="left", rotation_mode="anchor")

    return _chart(caption, draw, _Frame(len(rows), top_in=1.9))


@dataclass(frozen=True)
class FunnelStep:
    """A step of a task, and how many attempts got through it."""

    label: str
    passed: int


def funnel(caption: Caption, attempted: int, steps: Sequence[FunnelStep]) -> Chart:
    """How many attempts got through each step of a task: where they are lost.

    Args:
        caption: above and below.
        attempted: attempts that began; 1 or more.
        steps: in their order.

    Raises:
        ValueError: nothing was attempted, or more passed than were attempted.
    """
    if attempted < 1 or any(not 0 <= step.passed <= attempted for step in steps):
        raise ValueError(f"{[step.passed for step in steps]} passed of {attempted}")

    def draw(axes: Axes) -> None:
        for place, step in enumerate(steps):
            axes.barh(place, attempted, color=PALE, height=0.7)
            axes.barh(place, step.passed, color=COLOURS[0], height=0.7)
            axes.annotate(
                f"{step.passed}/{attempted}  {100 * step.passed / attempted:.0f} %",
                (1.02, place), xycoords=("axes fraction", "data"),
                va="center", size=8, annotation_clip=False,
            )  # fmt: skip
        _rows(axes, [step.label for step in steps])
        axes.set_xlim(0, attempted)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("通过该步骤的尝试数 attempts that got through")

    return _chart(caption, draw, _Frame(len(steps)))


# --- what charts share ---------------------------------------------------------------------------


def _rows(axes: Axes, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), [_cut(label) for label in labels])
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)


def _cut(label: str) -> str:
    if cell_len(label) <= MOST_CELLS:
        return label
    return f"{set_cell_size(label, MOST_CELLS - 1).rstrip()}…"


def _cells(axes: Axes, values: Any, words: Sequence[Sequence[str]], colours: str) -> None:
    palette = mpl.colormaps[colours]
    axes.set_facecolor("white")
    axes.patch.set(hatch="////", edgecolor=PALE)
    axes.imshow(values, cmap=palette, vmin=0, vmax=1, aspect="auto")
    for row, line in enumerate(words):
        for column, word in enumerate(line):
            value = values[row, column]
            dark = not math.isnan(value) and np.mean(palette(value)[:3]) < 0.5
            axes.text(
                column, row, word, ha="center", va="center", size=8,
                color="white" if dark else "black",
            )  # fmt: skip
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def _legend_above(axes: Axes, columns: int) -> None:
    axes.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=columns, frameon=False, borderpad=0
    )


@dataclass(frozen=True)
class _Frame:
    """Where the axes are: rows of one height, from `left` (a share of the width) on."""

    rows: int
    left: float = 0.30
    top_in: float = 0.75
    projection: str | None = None


def _chart(caption: Caption, draw: Callable[[Any], None], frame: _Frame) -> Chart:
    # Every size in inches: room for the labels stays the same whatever the number of rows.
    notes = [line for note in caption.notes for line in _wrapped(note)]
    bottom = 0.65 + LINE_IN * len(notes)
    height = frame.top_in + bottom + ROW_IN * max(frame.rows, 2)
    style: Any = STYLE | {"font.family": [_font_name(), "DejaVu Sans"]}
    with mpl.rc_context(style):
        figure = Figure(figsize=(WIDTH_IN, height))
        axes = figure.add_axes(
            (frame.left, bottom / height, 0.46, 1 - (frame.top_in + bottom) / height),
            projection=frame.projection,
        )
        draw(axes)
        figure.text(0.02, 1 - 0.28 / height, caption.title, size=12, va="center")
        for line, note in enumerate(reversed(notes)):
            figure.text(0.02, (0.12 + LINE_IN * line) / height, note, size=7.5, color=GREY)
        return Chart(
            svg=_bytes(figure, "svg", {"Date": None, "Title": caption.title}),
            png=_bytes(figure, "png", {"Software": None, "Title": caption.title}),
        )


def _wrapped(note: str) -> list[str]:
    """A note as lines that fit; a Chinese letter is as wide as two."""
    return textwrap.wrap(note, NOTE_CELLS if cell_len(note) == len(note) else NOTE_CELLS // 2)


def _bytes(figure: Figure, format: str, metadata: dict[str, str | None]) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format=format, dpi=PIXELS_AN_INCH, metadata=metadata)
    return out.getvalue()


def _font_name() -> str:
    known = {Path(font.fname) for font in font_manager.fontManager.ttflist}
    if FONT not in known:
        font_manager.fontManager.addfont(FONT)
    return font_manager.FontProperties(fname=FONT).get_name()
