"""How far an order hangs on weights, in the terminal: Chinese first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from scoring.doubt import Doubts
from scoring.saying import NOTHING
from scoring.show_compare import say_index
from scoring.weights import Stability

SWINGS_SHOWN = 8
METHOD_WORDS: Mapping[str, str] = {
    "fixed": "指标树\nas given",
    "equal": "等权\nequal",
    "pairwise": "两两比较\nAHP",
    "entropy": "熵权\nentropy",
}


def show(found: Doubts, console: Console) -> None:
    """Prints the Apps under each way to weigh, then what single weights and all together change."""
    console.print(render(found))


def render(found: Doubts) -> RenderableType:
    """The doubts as something that rich can print at any width from 80 columns."""
    return Group(
        Text("掌测权重 / Zhangce weights", style="bold"),
        Text(f"  {found.tree}"),
        _methods(found),
        *(Text(f"! {sentence}", style="yellow") for sentence in found.refused),
        *_consistency(found),
        *_heading("逐项 ±20 % / One weight at a time, ±20 %"),
        _swings(found),
        *_heading("全部同时抽取 / All weights at once"),
        *_stability(found, found.stability),
        Text(),
        *(Text(f"※ {note}", style="dim") for note in (*found.notes, found.stability.note)),
    )


def _heading(words: str) -> tuple[RenderableType, ...]:
    return Text(), Rule(Text(words, style="bold"), align="left", style="dim")


def _methods(found: Doubts) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("App")
    table.add_column("指数（抽样区间）\nIndex, of the sample")
    for method in found.methods:
        same = "" if method.same_order else "\n次序不同 reorders"
        table.add_column(METHOD_WORDS[method.method] + same, justify="right")
    for place, app in enumerate(found.apps):
        numbers = [method.index[place] for method in found.methods]
        table.add_row(app, say_index(found.sampled[place]), *(_say(each) for each in numbers))
    return table


def _say(number: float | None) -> str:
    return NOTHING if number is None else f"{number:.1f}"


def _consistency(found: Doubts) -> Iterator[RenderableType]:
    for each in found.consistency:
        weights = ", ".join(f"{id} {weight:.3f}" for id, weight in each.weights.items())
        yield Text(f"AHP {each.parent}: CR {each.ratio:.3f}; {weights}", style="dim")


def _swings(found: Doubts) -> RenderableType:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("指标 Indicator")
    table.add_column("权重\nWeight", justify="right")
    for app in found.apps[:3]:
        table.add_column(f"{app}\n−20 % … +20 %", justify="right")
    table.add_column("换位 Changes places")
    swings = found.sensitivity.swings
    for swing in [*swings[:SWINGS_SHOWN], *(s for s in swings[SWINGS_SHOWN:] if s.turns)]:
        ends = zip(swing.less[:3], swing.more[:3], strict=True)
        table.add_row(
            f"{swing.node} {swing.title.zh}",
            f"{swing.weight:.2f}",
            *(f"{_say(less)} … {_say(more)}" for less, more in ends),
            "; ".join(f"{above} ↔ {below}" for above, below in swing.turns),
        )
    return table


def _stability(found: Doubts, drawn: Stability) -> Iterator[RenderableType]:
    if not drawn.apps:
        yield Text("没有已测得指数的 App / No App has an index", style="yellow")
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for words in ("位次\nPlace", "App", "随权重\nBy weights", "随抽样\nBy sample", "首位\nFirst"):
        table.add_column(words)
    sampled = dict(zip(found.apps, found.sampled_places, strict=True))
    for app in drawn.apps:
        table.add_row(
            str(app.place), app.app, _range(app.places), _range(sampled[app.app]),
            f"{100 * app.shares[0]:.1f} %",
        )  # fmt: skip
    yield table
    if drawn.same_order is not None:
        yield Text(
            f"次序不变 same order: {100 * drawn.same_order:.1f} %, n={drawn.draws} 次抽取 draws"
        )
    for turn in drawn.turns:
        if turn.share > 0:
            yield Text(f"  {turn.below} 超过 above {turn.above}: {100 * turn.share:.1f} %")
    if drawn.left_out:
        yield Text(f"! 指数未测得 index not measured: {', '.join(drawn.left_out)}", style="yellow")


def _range(places: tuple[int, int] | None) -> str:
    if places is None:
        return NOTHING
    return f"{places[0]}–{places[1]}" if places[0] != places[1] else str(places[0])
