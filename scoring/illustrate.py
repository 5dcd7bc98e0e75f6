"""Which chart shows what: from indexes, frames and doubts to charts by name. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from harness.model import Words
from harness.store import Run, writing
from scoring.charts import (
    COLOURS,
    Bar,
    Caption,
    Chart,
    ForestRow,
    FunnelStep,
    PlaceRow,
    Series,
    forest,
    funnel,
    heat_map,
    place_stability,
    radar,
    tornado,
)
from scoring.doubt import Doubts
from scoring.frame import attempt_frame, step_frame
from scoring.index import ASSUMED_NOTE, AppIndex, Indexes, name_of
from scoring.measures import completion_rate
from scoring.scorecard import ESTIMATE_NOTE, ROBOT_NOTE, SIMULATED_NOTE
from scoring.tree import Tree

MOST_ROWS = 60
MOST_COLUMNS = 8
MOST_BARS = 14
KEY = ["scenario", "app", "simulated"]
PASSED = ("done", "not_taken")
"""States of a step that an attempt got through; one that need not be taken does not stop it."""


def draw(runs: Sequence[Run], tree: Tree, indexes: Indexes, doubts: Doubts) -> dict[str, Chart]:
    """All charts of some runs, by the name that their files have.

    A chart of what was not measured is not there. Of many Apps those with the highest index
    are shown, and the chart says so.
    """
    attempts, steps = attempt_frame(runs), step_frame(runs)
    return {
        "index": draw_index(indexes),
        **dict(_if_any("capabilities", draw_capabilities(tree, indexes))),
        **dict(_if_any("completion", draw_completion(attempts, _titles(runs)))),
        **draw_funnels(attempts, steps, _titles(runs)),
        **draw_tornados(doubts),
        **dict(_if_any("places", draw_places(doubts))),
    }


def write_charts(charts: Mapping[str, Chart], directory: Path) -> tuple[Path, ...]:
    """Writes each chart as SVG and as PNG.

    Raises:
        ResultsTrouble: they cannot be written.
    """
    written = []
    with writing(directory, "--to"):
        directory.mkdir(parents=True, exist_ok=True)
        for name, chart in charts.items():
            for ending, content in (("svg", chart.svg), ("png", chart.png)):
                path = directory / f"{name}.{ending}"
                path.write_bytes(content)
                written.append(path)
    return tuple(written)


def _if_any(name: str, chart: Chart | None) -> Iterator[tuple[str, Chart]]:
    if chart is not None:
        yield name, chart


def _titles(runs: Sequence[Run]) -> dict[str, str]:
    return {scenario.id: scenario.title.zh for run in runs for scenario in run.run.scenarios}


def _name(app: AppIndex) -> str:
    return name_of((app.app, app.simulated))


def _best_first(indexes: Indexes, most: int) -> list[AppIndex]:
    known = [app for app in indexes.apps if app.index is not None]
    rest = [app for app in indexes.apps if app.index is None]
    ordered = sorted(known, key=lambda app: -(app.index.value if app.index else 0))
    return [*ordered, *rest][:most]


def _notes(simulated: bool, *others: Words, shown: int = 0, of: int = 0) -> tuple[str, ...]:
    """What must be said, Chinese and English on lines of their own."""
    rest = Words(zh=f"仅列前 {shown} 个，共 {of} 个", en=f"The first {shown} of {of}")
    said = (
        *([SIMULATED_NOTE] if simulated else []),
        *others,
        *([rest] if shown < of else []),
    )
    return tuple(line for note in said for line in (note.zh, note.en) if line)


# --- the index -----------------------------------------------------------------------------------


def draw_index(indexes: Indexes) -> Chart:
    """Each App's index with its interval, the best first."""
    apps = _best_first(indexes, MOST_ROWS)
    return forest(
        Caption(
            "App 指数与 95 % 区间 / App index, 95 % interval",
            _notes_of(apps, indexes),
        ),
        [ForestRow(_name(app), app.index) for app in apps],
        across="App 指数 index (0–100)",
    )


def _notes_of(apps: Sequence[AppIndex], indexes: Indexes) -> tuple[str, ...]:
    return _notes(
        any(app.simulated for app in apps),
        ROBOT_NOTE,
        ASSUMED_NOTE,
        shown=len(apps),
        of=len(indexes.apps),
    )


def draw_capabilities(tree: Tree, indexes: Indexes) -> Chart | None:
    """Each App's capabilities around a circle; None for a tree of fewer than three."""
    if len(tree.nodes) < 3 or not indexes.apps:
        return None
    apps = _best_first(indexes, len(COLOURS))
    series = []
    for app in apps:
        scores = {node.id: node.score for node in app.nodes}
        values = [scores[node.id] for node in tree.nodes]
        series.append(
            Series(_name(app), tuple(None if each is None else each.value for each in values))
        )
    return radar(
        Caption("能力 / Capabilities (0–100)", _notes_of(apps, indexes)),
        [f"{node.id} {node.title.zh}" for node in tree.nodes],
        series,
    )


# --- tasks ---------------------------------------------------------------------------------------


def draw_completion(attempts: pd.DataFrame, titles: Mapping[str, str]) -> Chart | None:
    """Completion by task and App; None where nothing was attempted."""
    kept = attempts[attempts["attempted"]]
    if kept.empty:
        return None
    rates = {
        (str(task), str(app), bool(simulated)): completion_rate(int(done.sum()), len(done))
        for (task, app, simulated), done in kept.groupby(KEY)["completed"]
    }
    apps = sorted({(app, simulated) for _, app, simulated in rates})
    tasks = sorted({task for task, _, _ in rates})
    shown, shown_tasks = apps[:MOST_COLUMNS], tasks[:MOST_ROWS]
    cells = [[rates.get((task, *app)) for app in shown] for task in shown_tasks]
    return heat_map(
        Caption(
            "任务完成率 / Completion, task by App",
            _notes(
                any(simulated for _, simulated in shown),
                ROBOT_NOTE,
                ESTIMATE_NOTE,
                shown=len(shown),
                of=len(apps),
            ),
        ),
        [titles.get(task, task) for task in shown_tasks],
        [name_of(app) for app in shown],
        cells,
    )


def draw_funnels(
    attempts: pd.DataFrame, steps: pd.DataFrame, titles: Mapping[str, str]
) -> dict[str, Chart]:
    """For each task and App that some attempt did not complete: where they were lost."""
    kept = attempts[attempts["attempted"]]
    steps = steps[steps["attempted"]]
    made = dict(list(steps.groupby(KEY)))
    charts = {}
    for key, rows in kept.groupby(KEY):
        if rows["completed"].all() or key not in made:
            continue
        task, app = str(key[0]), name_of((str(key[1]), bool(key[2])))
        charts[f"funnel_{_file_name(app)}_{task}"] = funnel(
            Caption(
                f"{titles.get(task, task)}：逐步 / step by step, {app}",
                _notes(bool(key[2]), ROBOT_NOTE),
            ),
            len(rows),
            [
                *funnel_steps(made[key]),
                FunnelStep("完成 completed", int(rows["completed"].sum())),
            ],
        )
    return charts


def funnel_steps(steps: pd.DataFrame) -> list[FunnelStep]:
    """How many got past each step: it, or one that comes later, was done.

    What is done only if something is there has no row where it was not; whoever got
    further is past it all the same.
    """
    sentences = steps.drop_duplicates("step").set_index("step")["step_sentence"]
    groups = {str(path).rpartition(".")[0] for path in sentences.index}
    paths = sorted((str(path) for path in sentences.index if path not in groups), key=_in_order)
    done = steps[steps["step_status"].isin(PASSED) & steps["step"].isin(paths)]
    places = done["step"].map({path: place for place, path in enumerate(paths)})
    furthest = places.groupby([done["run"], done["attempt"]]).max()
    return [
        FunnelStep(_sentence(path, str(sentences[path])), int((furthest >= place).sum()))
        for place, path in enumerate(paths)
    ][:MOST_ROWS]


def _in_order(path: str) -> list[tuple[bool, int, str]]:
    """`2` before `10`, and `goal`, which is no number, at the end."""
    return [
        (not part.isdecimal(), int(part) if part.isdecimal() else 0, part)
        for part in path.split(".")
    ]


def _sentence(path: str, sentence: str) -> str:
    return f"{'目标' if path == 'goal' else path} {sentence.partition(' / ')[0]}"


# --- weights -------------------------------------------------------------------------------------


def draw_tornados(doubts: Doubts) -> dict[str, Chart]:
    """For each App that has an index: how far each weight moves it."""
    found = doubts.sensitivity
    charts: dict[str, Chart] = {}
    for place, (app, base) in enumerate(zip(found.apps, found.index, strict=True)):
        bars = [
            Bar(f"{swing.node} {swing.title.zh}", less, more)
            for swing in found.swings
            if (less := swing.less[place]) is not None and (more := swing.more[place]) is not None
        ]
        if base is None or len(charts) == MOST_COLUMNS:
            continue
        widest = sorted(bars, key=lambda bar: -abs(bar.more - bar.less))[:MOST_BARS]
        charts[f"tornado_{_file_name(app)}"] = tornado(
            Caption(
                f"权重 ±{found.change:.0%} 时的指数 / Index, weights ±{found.change:.0%}: {app}",
                _notes(
                    SIMULATED_NOTE in doubts.notes, ASSUMED_NOTE, shown=len(widest), of=len(bars)
                ),
            ),
            base,
            widest,
        )
    return charts


def _file_name(app: str) -> str:
    return app.replace(" (simulated)", "_simulated")


def draw_places(doubts: Doubts) -> Chart | None:
    """How firmly Apps stand on their places under drawn weights; None with fewer than two."""
    drawn = doubts.stability
    if len(drawn.apps) < 2:
        return None
    shown = drawn.apps[:MOST_ROWS]
    return place_stability(
        Caption(
            "位次稳定性 / Places under drawn weights",
            (
                f"n={drawn.draws} 次抽取 draws; 次序不变 same order: {drawn.same_order or 0:.1%}",
                *_notes(SIMULATED_NOTE in doubts.notes, drawn.note, ASSUMED_NOTE),
            ),
        ),
        [PlaceRow(app.app, app.shares[: len(shown)]) for app in shown],
    )
