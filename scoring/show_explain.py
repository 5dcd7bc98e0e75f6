"""What a number rests on, in the terminal: from the formula down to pictures to open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.text import Text

from scoring.explain import AttemptBehind, Explanation, Finding, TaskBehind
from scoring.index import NodeScore
from scoring.saying import NOTHING
from scoring.show import mark
from scoring.show_index import say_score

ATTEMPTS_SHOWN = 5
"""Of a task; those that failed come first. `--json` has all."""
FINDINGS_SHOWN = 12
MARKS = {"published": "已发布 published", "assumed": "假定 assumed"}


def show(explanations: Iterable[Explanation], console: Console) -> None:
    """Prints one after the other. Paths stand on lines of their own, to be copied whole."""
    for each in explanations:
        console.print(render(each), soft_wrap=True)


def render(found: Explanation) -> RenderableType:
    """One App's number and what is behind it."""
    phone = "模拟手机 simulated" if found.simulated else "真机 real phone"
    return Group(
        Text(f"{found.node.id} {found.node.title} · {found.app} ({phone})", style="bold"),
        *_number(found),
        *_below(found.below),
        *(line for task in found.tasks for line in _task(task)),
        *_findings(found.findings),
        Text(),
    )


def _number(found: Explanation) -> Iterator[Text]:
    node = found.node
    n = f", n={node.score.n}" if node.score else ""
    yield Text.assemble("得分 Score  ", (say_score(node.score) + n, "bold"))
    yield Text(f"算法 Formula  {found.formula}")
    if found.thresholds is not None:
        said = found.thresholds.model_dump(exclude_none=True)
        yield Text(f"界限 Thresholds  {', '.join(f'{k} {v:g}' for k, v in said.items())}")
    yield Text(f"依据 Whose  {' · '.join(filter(None, (MARKS[node.mark], found.source)))}")
    way = " → ".join(f"{up.id} {up.title.zh} ×{up.weight:g}" for up in reversed(found.way))
    yield Text(f"权重 Weights  {way} → 指数 index: {100 * node.share:.1f} %")
    if node.score is not None and node.score.low is not None:
        yield Text(f"区间 Interval  {node.score.method}", style="dim")


def _below(nodes: Iterable[NodeScore]) -> Iterator[Text]:
    for node in nodes:
        score = say_score(node.score)
        yield Text(f"  {node.weight:.2f} × {node.id} {node.title}: {score}")


def _task(task: TaskBehind) -> Iterator[Text]:
    done = sum(attempt.outcome.completed for attempt in task.attempts)
    yield Text.assemble(
        (f"\n{task.title}", "bold"), f"  {done}/{len(task.attempts)} ×{task.severity:g}"
    )
    order = sorted(task.attempts, key=lambda attempt: attempt.outcome.completed)
    for attempt in order[:ATTEMPTS_SHOWN]:
        yield _attempt(attempt)
    rest = len(order) - ATTEMPTS_SHOWN
    if rest > 0:
        yield Text(f"  另有 {rest} 次 / {rest} more: --json", style="dim")


def _attempt(attempt: AttemptBehind) -> Text:
    value = NOTHING if attempt.value is None else f"{attempt.value:.3g}"
    outcome = f"{attempt.outcome.words.zh} {attempt.outcome}"
    lines = [f"  {mark(attempt.outcome)} {value}  {outcome}  {attempt.id}", f"    {attempt.step}"]
    if attempt.saw is not None:
        lines.append(f"    见到 saw: {attempt.saw}")
    return Text("\n".join([*lines, *_path(attempt.picture)]))


def _findings(findings: tuple[Finding, ...]) -> Iterator[Text]:
    for finding in findings[:FINDINGS_SHOWN]:
        judged = finding.judgement
        sign = {True: "✓", False: "✗", None: "?"}[judged.right]
        seen = f"{judged.at.attempt} {judged.at.step}"
        lines = [f"  {sign} {judged.element}: {judged.says}", f"    {judged.source}  {seen}"]
        yield Text("\n".join([*lines, *_path(finding.picture)]))
    rest = len(findings) - FINDINGS_SHOWN
    if rest > 0:
        yield Text(f"另有 {rest} 项 / {rest} more: --json", style="dim")


def _path(path: Path | None) -> list[str]:
    return [] if path is None else [f"    {path}"]
