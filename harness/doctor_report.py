"""What the doctor found, as a table or as JSON; Chinese first, English beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.doctor import Finding, Level, works
from harness.model import Name

MARKS: Mapping[Level, tuple[str, str]] = {
    "fine": ("✓", "green"),
    "note": ("!", "yellow"),
    "broken": ("✗", "bold red"),
}
Findings = Mapping[Name, tuple[Finding, ...]]


def show(findings: Findings, console: Console) -> None:
    """Prints a table for each phone, with what to do below each line that is not fine."""
    for phone, found in findings.items():
        console.print(_table(phone, found))
        console.print(_verdict(phone, found))


def as_json(findings: Findings) -> str:
    """The findings by phone, and whether a run on it can work."""
    return json.dumps(
        {
            phone: {"works": works(found), "findings": [_plain(each) for each in found]}
            for phone, found in findings.items()
        },
        ensure_ascii=False,
        indent=2,
    )


def _table(phone: Name, found: tuple[Finding, ...]) -> Table:
    table = Table(box=SIMPLE_HEAD, title=f"设备 / device: {phone}", title_justify="left")
    table.add_column("")
    table.add_column("检查 / check")
    table.add_column("所见 / seen", overflow="fold")
    for each in found:
        mark, style = MARKS[each.level]
        seen = Text(each.seen)
        if each.advice is not None:
            seen.append(f"\n→ {each.advice}", style=style)
        table.add_row(Text(mark, style=style), Text(str(each.title)), seen)
    return table


def _verdict(phone: Name, found: tuple[Finding, ...]) -> Text:
    if works(found):
        return Text(f"{phone} 可以运行任务 / a run on {phone} can work", style="green")
    return Text(f"{phone} 无法运行任务 / no run on {phone} can work", style="bold red")


def _plain(finding: Finding) -> dict[str, object]:
    advice = finding.advice.model_dump() if finding.advice is not None else None
    return {**asdict(finding), "title": finding.title.model_dump(), "advice": advice}
