"""What would tell two Apps apart, in the terminal: Chinese first."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from scoring.sample_size import IndexPlan, Needed, SamplePlan, TaskPlan
from scoring.saying import NOTHING
from scoring.scorecard import SIMULATED_NOTE
from scoring.show_compare import CHANGES, say_index, say_rate_difference, say_ratio

CANNOT_TELL = CHANGES["cannot_tell"][0]


def show(plan: SamplePlan, console: Console) -> None:
    """Prints what it would take, task by task, then for the index."""
    console.print(render(plan))


def render(plan: SamplePlan) -> RenderableType:
    """The plan as something that rich can print at any width from 80 columns."""
    return Group(
        Text("掌测样本量 / Zhangce sample sizes", style="bold"),
        Text(f"  {plan.first} ↔ {plan.second}"),
        Text(f"  置信 confidence {1 - plan.alpha:.0%}, 把握 power {plan.power:.0%}"),
        *(line for task in plan.tasks for line in _task(task)),
        *_index(plan.index),
        Text(),
        *(Text(f"※ {n}", style="yellow" if n == SIMULATED_NOTE else "dim") for n in plan.notes),
    )


def _task(task: TaskPlan) -> Iterator[RenderableType]:
    yield Text()
    yield Text(f"{task.title}  ({task.scenario})", style="bold")
    seen = NOTHING if task.difference is None else say_rate_difference(task.difference)
    made = f"n={task.made[0]}, {task.made[1]}"
    yield _line("完成率 completion", f"{seen}  {made}", task.completion, task.apart)
    if not task.apart:
        yield _indented(f"此样本量可分辨 would be seen at this n: {_say_smallest(task.smallest)}")
    if task.time is not None and task.time_ratio is not None:
        made = f"n={task.time_ratio.n[0]}, {task.time_ratio.n[1]}"
        ratio = f"{say_ratio(task.time_ratio)}  {made}"
        yield _line("用时 time", ratio, task.time, task.time_apart)


def _say_smallest(smallest: float | None) -> str:
    if smallest is None:
        return "任何差异都不够大 no difference is large enough"
    return f"≥ {100 * smallest:.0f} pp"


def _line(what: str, seen: str, needed: Needed, apart: bool) -> RenderableType:
    said = Text.assemble((f"{what}  ", "dim"), f"{seen}\n")
    said.append(*(("✓ 已可区分 told apart", "green") if apart else (f"≈ {_say(needed)}", "yellow")))
    return Padding(said, (0, 0, 0, 2), expand=False)


def _say(needed: Needed) -> str:
    if needed.more is None:
        return f"{CANNOT_TELL.removeprefix('≈ ')}; 无从估算 no number of attempts is in sight"
    corrected = NOTHING if needed.more_corrected is None else f"+{needed.more_corrected}"
    return (
        f"{CANNOT_TELL.removeprefix('≈ ')}; 每方再试 more a side: +{needed.more}, "
        f"各任务一并判断 all tasks judged together: {corrected}"
    )


def _indented(text: str) -> RenderableType:
    return Padding(Text(text, style="dim"), (0, 0, 0, 2), expand=False)


def _index(index: IndexPlan | None) -> Iterator[RenderableType]:
    yield Text()
    yield Rule(Text("App 指数 / Index", style="bold"), align="left", style="dim")
    if index is None:
        yield Text("未测得 not measured")
        return
    yield Text(f"{say_index(index.first)} ↔ {say_index(index.second)}")
    yield Text(f"后者较高的概率 P(second above)  {index.second_above:.2f}")
    if index.apart:
        yield Text("✓ 已可区分 told apart", style="green")
    elif index.more is None:
        yield Text(f"{CANNOT_TELL}; 无从估算 no number of tasks is in sight", style="yellow")
    else:
        yield Text(
            f"{CANNOT_TELL}; 约需任务 tasks, about: {index.needed} (+{index.more})", style="yellow"
        )
