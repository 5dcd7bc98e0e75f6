"""From a number of the index to what is behind it: formula, weights, tasks, attempts, pictures.

Pure but for the paths, which it makes from the directories it is given and does not open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pydantic import RootModel

from harness.errors import UsageError
from harness.model import AttemptRecord, Frozen, Outcome, StepRecord, Words
from harness.problem import join, listed, suggest
from harness.store import Run, picture_path
from scoring.audit.findings import Judgement
from scoring.frame import scenario_of
from scoring.index import AppIndex, AppKey, Indexes, NodeScore
from scoring.leaves import SEVERITY
from scoring.tree import Measure, Node, Thresholds, Tree

FORMULAS: Mapping[Measure, Words] = {
    "completion": Words(
        zh="各任务完成率的平均 × 100", en="100 × the mean over tasks of completed / attempted"
    ),
    "weighted_completion": Words(
        zh="按严重程度加权的完成率 × 100：Σ v·p / Σ v，关键 3、主要 2、次要 1",
        en="100 × Σ v p / Σ v over tasks; p completed / attempted; v 3 critical, 2 major, 1 minor",
    ),
    "checkpoints": Words(
        zh="每次尝试 1 − 未到达检查点的权重，各任务平均 × 100",
        en="100 × the mean of 1 − the weight of the checkpoints that were missed",
    ),
    "wayfinding": Words(
        zh="100 (1 − min(L, 1))，L 为迷失度，仅计完成者",
        en="100 (1 − min(L, 1)), L Smith's lostness, completed attempts only",
    ),
    "path": Words(
        zh="最短路径屏数 / 实际屏数，各任务平均 × 100，仅计完成者",
        en="100 × the mean of fewest screens / screens taken, completed attempts only",
    ),
    "time": Words(
        zh="100 clip(ln(Tmax/T) / ln(Tmax/Tref))，T 为完成用时的几何平均",
        en="100 clip(ln(Tmax/T) / ln(Tmax/Tref)), T the geometric mean of completed times",
    ),
    "reachable": Words(
        zh="能到达的事项占比 × 100", en="100 × the share of services that could be opened"
    ),
    "depth": Words(zh="平均办理深度 / 4 × 100", en="100 × mean depth / 4"),
    "without_app_error": Words(
        zh="没有应用报错的尝试占比 × 100", en="100 × the share of attempts without an App error"
    ),
    "without_crash": Words(
        zh="没有闪退或无响应的尝试占比 × 100",
        en="100 × the share of attempts without crash or ANR",
    ),
    "cold_start": Words(
        zh="100 clip((最差 − x) / (最差 − 最好))，x 为冷启动秒数的中位数",
        en="100 clip((worst − x) / (worst − best)), x the median cold start in seconds",
    ),
    "response": Words(
        zh="各步骤 100 clip((10 − t) / (10 − 1)) 的平均，t 为响应秒数",
        en="the mean over steps of 100 clip((10 − t) / (10 − 1)), t the response in seconds",
    ),
    "interruptions": Words(
        zh="100 (1 − min(每任务打扰次数 / 最差, 1))",
        en="100 (1 − min(interruptions a task / worst, 1))",
    ),
    "audit": Words(
        zh="符合要求者占可判断者的比例 × 100，取自全部界面",
        en="100 × right / all that could be told, over every screen that was seen",
    ),
    "checklist": Words(zh="已有项占应有项的比例 × 100", en="100 × items present / items asked for"),
    "reviewers": Words(
        zh="评审员的好差评与 SEQ：(分 − 1)/4、(SEQ − 1)/6 × 100",
        en="100 × reviewers' ratings, (score − 1)/4 and (SEQ − 1)/6",
    ),
}
COLUMNS: Mapping[Measure, str] = {
    "completion": "completed",
    "weighted_completion": "completed",
    "checkpoints": "credit",
    "wayfinding": "wayfinding",
    "path": "path",
    "time": "log_time",
    "reachable": "reachable",
    "depth": "depth",
    "without_app_error": "without_app_error",
    "without_crash": "without_crash",
    "cold_start": "cold_start_s",
    "response": "response",
    "interruptions": "interruptions",
}
"""Which column of `attempt_values` a measure is of; what is audited or asked has none."""


class Up(Frozen):
    """A node on the way to the index, and its weight within its parent."""

    id: str
    title: Words
    weight: float


class AttemptBehind(Frozen):
    """One attempt, what it says, and the step that decided it."""

    id: str
    outcome: Outcome
    value: float | None
    """As the measure counts it; None: it says nothing of it."""
    step: str
    """The path of the step that failed, else of the last; with its sentence."""
    saw: Words | None
    """What was seen in place of what was expected; None where all went well."""
    picture: Path | None
    hierarchy: Path | None


class TaskBehind(Frozen):
    """One task and its attempts."""

    scenario: str
    title: Words
    severity: float
    """What it counts where severity weighs."""
    attempts: tuple[AttemptBehind, ...]


class Finding(Frozen):
    """One thing of an audit."""

    judgement: Judgement
    picture: Path | None


class Explanation(Frozen):
    """All that a number rests on."""

    app: str
    simulated: bool
    node: NodeScore
    formula: Words
    thresholds: Thresholds | None
    source: str
    way: tuple[Up, ...]
    """From the capability down to the node."""
    below: tuple[NodeScore, ...]
    """What it is made of; empty of an indicator."""
    tasks: tuple[TaskBehind, ...]
    findings: tuple[Finding, ...]
    """What an audit found, wrong ones first."""


class Explanations(RootModel[tuple[Explanation, ...]]):
    """One for each App."""


@dataclass(frozen=True)
class Evidence:
    """What was scored, and where it lies.

    Attributes:
        runs: with the directory of each.
        values: as `attempt_values` has them.
        judgements: of the audit.
    """

    runs: Sequence[tuple[Run, Path]]
    values: pd.DataFrame
    judgements: Sequence[Judgement] = ()


WEIGHED = Words(zh="Σ w·s / Σ w，只计已测者", en="Σ w s / Σ w over what was measured")


def explain(
    tree: Tree, indexes: Indexes, evidence: Evidence, indicator: str, app: str | None = None
) -> tuple[Explanation, ...]:
    """Walks from a node of the tree to what it rests on, for one App or for each.

    Args:
        tree: by which the indexes were made.
        indexes: of the Apps.
        evidence: that they were made of.
        indicator: the id of a node, as `B2.1`.
        app: only this one; None: each.

    Raises:
        UsageError: there is no such indicator or App; names the nearest.
    """
    if indicator not in tree.ways:
        none = Words(zh=f"{tree.id} 里没有这个指标", en=f"{tree.id} has none of this id")
        raise UsageError(f"--indicator {indicator}: {join(none, suggest(indicator, tree.ways))}")
    if not indexes.apps:
        zh, en = "没有可计分的尝试，无从解释", "no attempt counts: there is nothing to explain"
        raise UsageError(Words(zh=zh, en=en))
    apps = [each for each in indexes.apps if app in (None, each.app)]
    if not apps:
        names = sorted({each.app for each in indexes.apps})
        there = listed(names)
        zh, en = f"没有尝试过；有 {there.zh}", f"was not attempted; there are {there.en}"
        raise UsageError(f"--app {app}: {Words(zh=zh, en=en)}")
    return tuple(_explain(tree, tree.ways[indicator], each, evidence) for each in apps)


def _explain(tree: Tree, way: Sequence[Node], app: AppIndex, evidence: Evidence) -> Explanation:
    node, key = way[-1], (app.app, app.simulated)
    scores = {each.id: each for each in app.nodes}
    return Explanation(
        app=app.app,
        simulated=app.simulated,
        node=scores[node.id],
        formula=WEIGHED if node.measure is None else FORMULAS[node.measure],
        thresholds=node.thresholds,
        source=node.source,
        way=tuple(Up(id=each.id, title=each.title, weight=each.weight) for each in way),
        below=tuple(scores[child.id] for child in node.children),
        tasks=tuple(_tasks(node, scores[node.id], evidence)),
        findings=tuple(_findings(node, key, evidence)),
    )


# --- attempts -------------------------------------------------------------------------------------


def _tasks(node: Node, score: NodeScore, evidence: Evidence) -> Iterator[TaskBehind]:
    """The tasks of an indicator that is measured by attempts, in the order of their ids."""
    column = COLUMNS.get(node.measure) if node.measure else None
    if column is None:
        return
    behind = set(score.attempts)
    values = evidence.values
    said = {
        f"{run}/{attempt}": None if pd.isna(value) else float(value)
        for run, attempt, value in zip(
            values["run"], values["attempt"], values[column], strict=True
        )
    }
    by_scenario: dict[str, list[tuple[Run, AttemptBehind]]] = {}
    for run, directory in evidence.runs:
        for attempt in run.attempts:
            id = f"{run.run.run_id}/{attempt.id}"
            if id in behind:
                found = _attempt(id, attempt, said[id], directory)
                by_scenario.setdefault(attempt.scenario, []).append((run, found))
    for id in sorted(by_scenario):
        scenario = scenario_of(by_scenario[id][0][0].run, id)
        yield TaskBehind(
            scenario=id,
            title=scenario.title,
            severity=SEVERITY[scenario.severity],
            attempts=tuple(found for _, found in by_scenario[id]),
        )


def _attempt(
    id: str, attempt: AttemptRecord, value: float | None, directory: Path
) -> AttemptBehind:
    step = _deciding(attempt.steps)
    return AttemptBehind(
        id=id,
        outcome=attempt.verdict.outcome,
        value=value,
        step="" if step is None else f"{step.path} {step.sentence}",
        saw=None if step is None or step.status != "failed" else step.seen,
        picture=None if step is None or not step.after else picture_path(directory, step.after),
        hierarchy=None
        if step is None or not step.hierarchy
        else picture_path(directory, step.hierarchy),
    )


def _deciding(steps: Sequence[StepRecord]) -> StepRecord | None:
    """The step that failed, else the last one that has a picture."""
    failed = [step for step in steps if step.status == "failed"]
    seen = [step for step in steps if step.after]
    return next(iter([*failed, *reversed(seen)]), None)


# --- audits ---------------------------------------------------------------------------------------


def _findings(node: Node, key: AppKey, evidence: Evidence) -> Iterator[Finding]:
    if node.item is None:
        return
    directories = {run.run.run_id: directory for run, directory in evidence.runs}
    of_app = [
        each
        for each in evidence.judgements
        if each.item == node.item and (each.at.app, each.at.simulated) == key
    ]
    for each in _wrong_first(of_app):
        picture = each.at.picture
        yield Finding(
            judgement=each,
            picture=None if picture is None else picture_path(directories[each.at.run], picture),
        )


def _wrong_first(judgements: Iterable[Judgement]) -> list[Judgement]:
    order = {False: 0, True: 1, None: 2}
    return sorted(judgements, key=lambda each: order[each.right])
