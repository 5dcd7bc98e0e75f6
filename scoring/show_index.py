"""The index in the terminal: Apps side by side, Chinese first, rounded here and not before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from scoring.estimate import Estimate
from scoring.index import AppIndex, AppKey, Indexes, NodeScore, name_of
from scoring.saying import NOTHING, say_points

SIDE_BY_SIDE = 3
"""Apps in one table at 80 columns."""
NARROWEST = 17
"""Of an App's column: a score with its interval, or `not measured` in both languages."""
MANY = 9
"""More Apps are a list in the order of their index: a line each."""
NOT_MEASURED = "未测 not measured"


def show(found: Indexes, console: Console) -> None:
    """Prints the index of each App, its capabilities, and how sure their order is."""
    console.print(render(found))


def render(found: Indexes) -> RenderableType:
    """The index as something that rich can print at any width from 80 columns."""
    if not found.apps:
        return Text("没有可计分的尝试，未测 / No attempt can be scored: not measured")
    starts = range(0, len(found.apps), SIDE_BY_SIDE)
    tables = (
        (_table(found, found.apps[start : start + SIDE_BY_SIDE]) for start in starts)
        if len(found.apps) <= MANY
        else (_list(found),)
    )
    title = Text(str(found.title), style="dim")
    return Group(
        title, *tables, *say_order(found), *_held(found), *_left_out(found), *_no_index(found)
    )


def say_score(score: Estimate | None) -> str:
    """`77.1 [70.2–84.3]`: points of 100."""
    if score is None:
        return NOT_MEASURED
    if score.low is None or score.high is None:
        return say_points(score.value)
    return f"{say_points(score.value)} [{say_points(score.low)}–{say_points(score.high)}]"


def _covered(share: float) -> str:
    return f"{100 * share:.0f} %"


# --- tables ---------------------------------------------------------------------------------------


def _table(found: Indexes, apps: Sequence[AppIndex]) -> Table:
    """A column an App: the index, its band, its place, and the capabilities."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("分 Points 0–100\n[95 % 区间]")
    for app in apps:
        heading = Text(f"{app.app}\n{_phone(app)}")
        table.add_column(heading, overflow="fold", min_width=NARROWEST)
    index = (Text(say_score(app.index), style="bold") for app in apps)
    table.add_row(Text("App 指数 index", style="bold"), *index)
    table.add_row(" 等级 Band", *map(_band, apps))
    if len(found.apps) > 1:
        table.add_row(" 位次 Place", *(place_of(found, app) for app in apps))
    covered = (_covered(app.covered) for app in apps)
    table.add_row(" 覆盖权重 Covered", *covered, end_section=True)
    for row in zip(*(_capabilities(app) for app in apps), strict=True):
        title = row[0].title
        label = Text(f"{row[0].id} {title.zh}" + (f"\n {title.en}" if title.en else ""))
        table.add_row(label, *map(_capability, row, apps))
    return table


def _list(found: Indexes) -> Table:
    """A line an App, the best first; those without an index last."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("位次\nPlace", "App", "指数 Index\n0–100, 95 %", "等级\nBand", "覆盖\nCovered"):
        table.add_column(heading, overflow="fold")
    for app in sorted(found.apps, key=lambda app: -(app.index.value if app.index else -1)):
        table.add_row(
            place_of(found, app),
            Text(_name(found, (app.app, app.simulated))),
            say_score(app.index),
            _band(app),
            _covered(app.covered),
        )
    return table


def _phone(app: AppIndex) -> str:
    return "模拟 simulated" if app.simulated else "真机 real phone"


def _band(app: AppIndex) -> str:
    return NOTHING if app.band is None else " ".join(filter(None, (app.band.zh, app.band.en)))


def _capabilities(app: AppIndex) -> list[NodeScore]:
    return [node for node in app.nodes if node.level == 1]


def _capability(node: NodeScore, app: AppIndex) -> Text:
    """The score, whether a gate holds it, and how much of it was measured unless all was."""
    partly = f"\n覆盖 covered {_covered(node.covered)}" if node.covered < 1 - 1e-9 else ""
    held = "\n封顶 held down" if any(gate.node == node.id for gate in app.held) else ""
    return Text(say_score(node.score) + held + partly, style="" if node.score else "yellow")


def place_of(found: Indexes, app: AppIndex) -> str:
    """`2`, or `1–3` where that is its 95 % interval; a dash for one that has no place."""
    places = found.ranks.get(name_of((app.app, app.simulated)))
    if places is None:
        return NOTHING
    best, worst = places
    return f"{best}" if best == worst else f"{best}–{worst}"


# --- what is said of it ---------------------------------------------------------------------------


def say_order(found: Indexes) -> Iterator[Text]:
    """Whether neighbours in the order can be told apart."""
    if len(found.apps) > MANY:
        apart = sum(pair.tells_apart for pair in found.comparisons)
        yield Text(
            f"相邻两个 App 中可区分的 Neighbours that can be told apart: "
            f"{apart}/{len(found.comparisons)}"
        )
        return
    for pair in found.comparisons:
        first, second = (_name(found, key) for key in (pair.first, pair.second))
        probability = _probability(pair.probability)
        if pair.tells_apart:
            yield Text(f"{first} > {second} ({probability})")
        else:
            yield Text(
                f"{first} ≈ {second}: 本样本量下无法区分 cannot be told apart at this n "
                f"({probability})",
                style="yellow",
            )


def _probability(share: float) -> str:
    return "P > 99.9 %" if share > 0.999 else f"P = {100 * share:.1f} %"


def _name(found: Indexes, key: AppKey) -> str:
    """The App alone, unless it stands there twice: on simulated and real phones."""
    twice = sum(app.app == key[0] for app in found.apps) > 1
    return name_of(key) if twice else key[0]


def _held(found: Indexes) -> Iterator[Text]:
    for app in found.apps:
        for gate in app.held:
            yield Text(
                f"! {app.app}: {gate.node} 封顶于 held at {gate.at_most:g}: {gate.title}",
                style="magenta",
            )


def _left_out(found: Indexes) -> Iterator[Text]:
    """What was not measured, once for all Apps of which it is the same."""
    of_apps: dict[tuple[str, ...], list[AppIndex]] = {}
    for app in found.apps:
        of_apps.setdefault(tuple(node.id for node in _missing(app)), []).append(app)
    for apps in of_apps.values():
        missing = _missing(apps[0])
        if missing:
            said = "; ".join(f"{node.id} {node.title.zh}" for node in missing)
            whose = "" if len(of_apps) == 1 else f" ({', '.join(app.app for app in apps)})"
            share = 100 * sum(node.share for node in missing)
            yield Text(f"{NOT_MEASURED}{whose}, 权重 weight {share:.0f} %: {said}", style="yellow")


def _no_index(found: Indexes) -> Iterator[Text]:
    if any(app.index is None for app in found.apps):
        need = 100 * found.needed.index
        yield Text(
            f"覆盖权重不足 {need:.0f} %，不给出指数 / No index under {need:.0f} % of covered "
            "weight",
            style="yellow",
        )


def _missing(app: AppIndex) -> list[NodeScore]:
    """The indicators that were not measured."""
    return [node for node in app.nodes if node.measure is not None and node.score is None]
