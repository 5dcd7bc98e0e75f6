"""The scorecard in the terminal, and as well in a log that is no terminal.

Chinese first, English beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from harness.model import Outcome, Words
from scoring import show_index
from scoring.review.rule import Reviewed
from scoring.saying import NOTHING, say_rate, say_seconds
from scoring.scorecard import (
    KINDS,
    SIMULATED_NOTE,
    AppScore,
    Counts,
    Kind,
    Repeats,
    Scorecard,
    TaskScore,
)

PROBLEMS_SHOWN = 5
CHANGES_SHOWN = 10
"""Outcomes changed by reviewers; all of them are in scorecard.json."""
REPEATS_SHOWN = 10
"""Of how many attempts it is shown one by one what came of them."""

KIND_WORDS: Mapping[Kind, Words] = {
    "information": Words(zh="信息服务", en="Information"),
    "transaction": Words(zh="事务服务", en="Transaction"),
    "participation": Words(zh="参与服务", en="Participation"),
}


def show(card: Scorecard, console: Console) -> None:
    """Prints a scorecard."""
    console.print(render(card))


def render(card: Scorecard) -> RenderableType:
    """The card as something that rich can print at any width from 80 columns."""
    parts: list[RenderableType] = [_headline(card)]
    if not card.tasks:
        parts.append(Text("没有计划任何尝试 / No attempt was planned"))
    for app in card.apps:
        tasks = [task for task in card.tasks if _belongs(task, app)]
        parts += [_app_heading(app), *_app_summary(app), _header(), *_kinds(app, tasks)]
    if len(card.apps) > 1:
        parts += [_rule("各 App 对照 / The Apps side by side"), _app_table(card.apps)]
    if card.index is not None:
        parts += [_rule("指数 / Index"), show_index.render(card.index)]
    return Group(*parts, *_reviews(card.reviews), *_footer(card))


def _reviews(reviews: Sequence[Reviewed]) -> Iterator[Text]:
    """What reviewers have said, and each outcome that they have changed."""
    for reviewed in reviews:
        who = ", ".join(reviewed.reviewers)
        yield Text(
            f"评审 reviewed: {reviewed.judged} 次尝试 attempts ({who})；"
            f"改判 outcomes changed {len(reviewed.changes)}；"
            f"意见不一 disagreements {len(reviewed.disagreements)}"
        )
        for change in reviewed.changes[:CHANGES_SHOWN]:
            yield Text(
                f"  {change.attempt}: {change.court.words.zh} → "
                f"{change.outcome.words.zh} / {change.court} → {change.outcome}",
                style="magenta",
            )
        if (more := len(reviewed.changes) - CHANGES_SHOWN) > 0:
            yield Text(f"  还有 and {more} 次 more", style="magenta")


# --- numbers in words -----------------------------------------------------------------------------


def say_flaky(repeats: Repeats, device: bool = False) -> str:
    """`≈ 时好时坏 flaky 3/5 ✓✓✗✓✗`, attempt by attempt if they are few; the device if asked for."""
    few = repeats.attempted <= REPEATS_SHOWN
    marks = "".join(map(mark, repeats.outcomes)) if few else ""
    said = f"≈ 时好时坏 flaky {repeats.completed}/{repeats.attempted}"
    return " ".join(filter(None, (said, marks, repeats.device if device else "")))


def mark(outcome: Outcome) -> str:
    """`✓` completed, `✗` a finding, `–` not attempted, and `!` for trouble of ours."""
    if outcome.completed:
        return "✓"
    if outcome.finding:
        return "✗"
    return "–" if outcome is Outcome.BLOCKED else "!"


def _say_path(task: TaskScore) -> str:
    """`5 步 steps, 3 屏 screens`, or nothing."""
    counts = ((task.steps, "步 steps"), (task.screens, "屏 screens"))
    return ", ".join(f"{count.value:g} {unit}" for count, unit in counts if count is not None)


def _say_outcomes(task: TaskScore) -> Text:
    """Whether they disagree; a line an outcome: mark, number, words; then what was not done."""
    of_several = len(task.devices) > 1
    lines = [Text(say_flaky(each, of_several), style="bold yellow") for each in task.flaky]
    lines += [
        Text(f"{mark(outcome)} {count} {outcome.words.zh} {outcome}", style=_style(outcome))
        for outcome, count in task.counts.outcomes.items()
    ]
    if task.counts.missing:
        lines.append(Text(f"· {task.counts.missing} 未执行 not run", style="dim"))
    return Text("\n").join(lines)


def _style(outcome: Outcome) -> str:
    return {"✓": "green", "✗": "red", "–": "yellow", "!": "magenta"}[mark(outcome)]


# --- parts of the card ----------------------------------------------------------------------------


def _headline(card: Scorecard) -> Text:
    runs = ", ".join(run.run_id for run in card.runs)
    return Text(f"掌测记分卡 / Zhangce scorecard: {runs}", style="bold")


def _rule(title: str) -> Group:
    """A line with a title at its left, after an empty line."""
    return Group(Text(), Rule(Text(title, style="bold"), align="left", style="dim"))


def _belongs(task: TaskScore, app: AppScore) -> bool:
    return (task.app, task.simulated) == (app.app, app.simulated)


def _where(app: AppScore) -> str:
    kind = "模拟手机 simulated" if app.simulated else "安卓设备 Android device"
    return f"{kind}: {', '.join(app.devices)}" if app.devices else kind


def _app_heading(app: AppScore) -> Group:
    return _rule(f"{app.name} ({_where(app)})")


def _app_summary(app: AppScore) -> Iterator[Text]:
    yield Text.assemble("总体 Overall  ", (say_rate(app.rate, app.counts.completed), "bold"))
    yield Text(_say_coverage(app.counts))
    if app.flaky_tasks:
        yield Text(
            f"时好时坏 Flaky  {app.flaky_tasks}/{app.repeated_tasks} 任务 tasks "
            "(只计重复过的 of those repeated)",
            style="bold yellow",
        )
    if app.interruptions is not None:
        count = app.interruptions
        yield Text(f"每次尝试的打扰 Interruptions an attempt  {count.value:.2g}, n={count.n}")
    if app.never_verified:
        yield Text(
            f"{len(app.never_verified)} 个界面元素从未在真机上核实 / "
            f"{len(app.never_verified)} elements never verified on a real device",
            style="yellow",
        )


def _say_coverage(counts: Counts) -> str:
    """How much of the plan was done, and what of it does not count."""
    apart = (
        (counts.missing, "未执行 not run"),
        (counts.blocked, "受阻 blocked"),
        (counts.outdated, "档案过时 outdated"),
        (counts.harness_errors, "测试环境故障 harness_error"),
    )
    trouble = "".join(f", {count} {words}" for count, words in apart if count)
    return f"已执行 Done  {counts.done}/{counts.planned}{trouble}"


def _header() -> Table:
    row = _figures()
    row.add_row(
        Padding(Text("完成率\nCompletion", style="dim"), (0, 0, 0, 4), expand=False),
        Text("用时 (仅完成者)\nTime (completed)", style="dim"),
        Text("结果\nOutcomes", style="dim"),
    )
    return row


def _figures() -> Table:
    """Three columns of fixed places, so that all tasks stand under the header."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=4 + len("10/10  92 % [68–100]"))
    grid.add_column(width=len("48.2 s [37.2–62.4], n=11") + 2)
    grid.add_column()
    return grid


def _kinds(app: AppScore, tasks: Sequence[TaskScore]) -> Iterator[RenderableType]:
    """The tasks, kind by kind; a kind with no task in the plan is left out."""
    for kind in KINDS:
        of_kind = [task for task in tasks if task.kind == kind]
        if of_kind:
            words = KIND_WORDS[kind]
            completed = sum(task.counts.completed for task in of_kind)
            rate = say_rate(app.rate_by_kind[kind], completed)
            yield Text.assemble((f"{words.zh} {words.en}  ", "bold"), (rate, "bold"))
        for task in of_kind:
            yield Padding(Text(str(task.title)), (0, 0, 0, 2), expand=False)
            yield _task_figures(task)


def _task_figures(task: TaskScore) -> Table:
    grid = _figures()
    middle = "\n".join(
        filter(None, (say_seconds(task.task_s, task.task_half_width_s), _say_path(task)))
    )
    grid.add_row(
        Padding(Text(say_rate(task.rate, task.counts.completed)), (0, 0, 0, 4), expand=False),
        Text(middle),
        _say_outcomes(task),
    )
    return grid


def _app_table(apps: Sequence[AppScore]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("App")
    table.add_column("总体完成率\nOverall")
    table.add_column("发现\nFindings", justify="right")
    table.add_column("时好时坏\nFlaky", justify="right")
    table.add_column("已执行\nDone", justify="right")
    for app in apps:
        findings = app.counts.attempted - app.counts.completed
        table.add_row(
            Text(f"{app.name}\n{_where(app)}"),
            Text(say_rate(app.rate, app.counts.completed)),
            Text(f"{findings}"),
            Text(f"{app.flaky_tasks}/{app.repeated_tasks}" if app.repeated_tasks else NOTHING),
            Text(f"{app.counts.done}/{app.counts.planned}"),
        )
    return table


def _footer(card: Scorecard) -> Iterator[RenderableType]:
    yield Text()
    for note in card.notes:
        yield Text(f"※ {note}", style="yellow" if note == SIMULATED_NOTE else "dim")
    for problem in card.problems[:PROBLEMS_SHOWN]:
        yield Text(f"! {problem}", style="magenta")
    rest = len(card.problems) - PROBLEMS_SHOWN
    if rest > 0:
        yield Text(f"! 另有 {rest} 个问题 / {rest} more problems: --json")
