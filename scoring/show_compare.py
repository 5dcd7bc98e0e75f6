"""Two Apps or versions side by side in the terminal: Chinese first, rounded here and not before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from scoring.compare import Change, Compared, Overall, SideBySide, SideScore, TaskCompared
from scoring.differences import Difference
from scoring.estimate import Estimate
from scoring.saying import NOTHING, say_rate, say_seconds
from scoring.scorecard import SIMULATED_NOTE

ATTEMPTS_SHOWN = 3
"""Of a task that got worse: failed attempts named; the rest is in --json."""

CHANGES: Mapping[Change, tuple[str, str]] = {
    "better": ("▲ 变好 better", "green"),
    "worse": ("▼ 变差 worse", "red"),
    "cannot_tell": ("≈ 按此样本量无法区分 cannot be told apart at this n", "yellow"),
}
TESTS: Mapping[str, str] = {
    "n_minus_1": "N-1",
    "fisher": "Fisher",
    "mcnemar": "McNemar",
    "welch": "Welch",
    "paired_t": "paired t",
    "t": "t",
}


def show(found: SideBySide, console: Console) -> None:
    """Prints both sides, task by task, then all tasks together."""
    console.print(render(found))


def render(found: SideBySide) -> RenderableType:
    """The comparison as something that rich can print at any width from 80 columns."""
    parts: list[RenderableType] = [
        Text("掌测对比 / Zhangce comparison", style="bold"),
        Text(f"  基准 first    {_say_side(found.first)}"),
        Text(f"  对象 second   {_say_side(found.second)}"),
    ]
    for task in found.tasks:
        parts += [Text(), Text(f"{task.title}  ({task.scenario})", style="bold"), *_task(task)]
    if not found.tasks:
        parts += [Text(), Text("没有两边都执行过的任务 / No task was attempted on both sides")]
    return Group(*parts, *_overall(found), *_footer(found))


def say_rate_difference(difference: Difference) -> str:
    """`+50 pp [11–75]`: percentage points, with the interval."""
    low, high = 100 * difference.low, 100 * difference.high
    return f"{100 * difference.value:+.0f} pp [{low:+.0f} … {high:+.0f}]"


def say_ratio(difference: Difference) -> str:
    """`×0.79 [0.70 … 0.90]`."""
    return f"×{difference.value:.2f} [{difference.low:.2f} … {difference.high:.2f}]"


def say_p(p: float) -> str:
    """`p=0.011`, and `p<0.001` below that."""
    return "p<0.001" if p < 0.001 else f"p={p:.3f}"


def _say_side(side: SideScore) -> str:
    kind = "模拟手机 simulated" if side.simulated else "安卓设备 Android device"
    return f"{side.name} ({side.app}), {side.run}, {kind}"


def _task(task: TaskCompared) -> Iterator[RenderableType]:
    first, second = task.first, task.second
    yield _line(
        "完成率 completion",
        f"{say_rate(first.rate, first.completed)} → {say_rate(second.rate, second.completed)}",
    )
    if task.rate is not None:
        yield _judged(task.rate, say_rate_difference(task.rate.difference))
    yield _line("用时 time", f"{say_seconds(first.task_s)} → {say_seconds(second.task_s)}")
    if task.time is not None:
        yield _judged(task.time, say_ratio(task.time.difference))
    if task.rate is not None and task.rate.change == "worse":
        yield from _attempts(second.failed_attempts)


def _line(what: str, says: str) -> RenderableType:
    return Padding(Text.assemble((f"{what}  ", "dim"), says), (0, 0, 0, 2), expand=False)


def _judged(compared: Compared, says: str) -> RenderableType:
    words, style = CHANGES[compared.change]
    test = TESTS[compared.difference.test]
    p = f"{test} {say_p(compared.difference.p)}, Holm {say_p(compared.p_holm)}"
    return Padding(Text.assemble(f"{says}  {p}\n", (words, style)), (0, 0, 0, 4), expand=False)


def _attempts(ids: Sequence[str]) -> Iterator[RenderableType]:
    for id in ids[:ATTEMPTS_SHOWN]:
        yield Padding(Text(f"✗ {id}", style="dim"), (0, 0, 0, 4), expand=False)
    if len(ids) > ATTEMPTS_SHOWN:
        rest = len(ids) - ATTEMPTS_SHOWN
        yield Padding(Text(f"… {rest} more: --json", style="dim"), (0, 0, 0, 4), expand=False)


def _overall(found: SideBySide) -> Iterator[RenderableType]:
    overall = found.overall
    yield Text()
    yield Rule(Text("各任务合计 / Over all tasks", style="bold"), align="left", style="dim")
    yield Text(_say_changes(found.tasks))
    if overall.completion_p is not None:
        yield Text(f"完成率 Completion  Mantel-Haenszel {say_p(overall.completion_p)}")
    if overall.time is not None:
        yield Text(
            f"用时之比 Ratio of times  {say_ratio(overall.time)}, "
            f"{say_p(overall.time.p)}, n={overall.time.n[0]} 任务 tasks"
        )
    yield _index(overall)


def _say_changes(tasks: Sequence[TaskCompared]) -> str:
    """How many tasks got better, worse, or cannot be told apart, by rate and by time."""
    said = []
    for what, all_of in (
        ("完成率 completion", [task.rate for task in tasks]),
        ("用时 time", [task.time for task in tasks]),
    ):
        changes = [each.change for each in all_of if each is not None]
        counts = [f"{CHANGES[change][0][0]} {changes.count(change)}" for change in CHANGES]
        none = f"{NOTHING} {len(all_of) - len(changes)}"
        said.append(f"{what}  {'  '.join((*counts, none))}")
    return "\n".join(said)


def _index(overall: Overall) -> Text:
    first, second = overall.first_index, overall.second_index
    said = Text(f"App 指数 Index  {say_index(first)} → {say_index(second)}")
    if overall.second_above is not None:
        said.append(f"\n后者较高的概率 P(second above)  {overall.second_above:.2f}")
        if not overall.index_tells_apart:
            said.append(f"  {CHANGES['cannot_tell'][0]}", style="yellow")
    return said


def say_index(index: Estimate | None) -> str:
    """`77.1 [70.2–83.0], n=60`."""
    if index is None:
        return "未测得 not measured"
    if index.low is None or index.high is None:
        return f"{index.value:.1f}, n={index.n}"
    return f"{index.value:.1f} [{index.low:.1f}–{index.high:.1f}], n={index.n}"


def _footer(found: SideBySide) -> Iterator[RenderableType]:
    yield Text()
    for words, tasks in (
        ("只有基准一方执行过 only the first was tried on", found.only_first),
        ("只有对象一方执行过 only the second was tried on", found.only_second),
    ):
        if tasks:
            yield Text(f"! {words}: {', '.join(tasks)}", style="yellow")
    for note in found.notes:
        yield Text(f"※ {note}", style="yellow" if note == SIMULATED_NOTE else "dim")
    for problem in found.problems:
        yield Text(f"! {problem}", style="magenta")
