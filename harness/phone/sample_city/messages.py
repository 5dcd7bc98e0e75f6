"""Messages: the tab and one message."""

from __future__ import annotations

from dataclasses import dataclass

from harness.phone.app import Action, After, Do, Go, Hang, Screen, Set, State
from harness.phone.sample_city import plants
from harness.phone.sample_city.editions import Edition
from harness.phone.sample_city.theme import (
    CARD,
    GAP,
    GROUND,
    MARGIN,
    RED,
    TARGET,
    TEXT_SECOND,
    card,
    page,
    round_icon,
    rows_card,
    skeleton,
    tab_bar,
)
from harness.phone.widgets import Column, Divider, Label, Page, Row, Scroll, Widget

FOREVER_S = 86_400.0
"""A day: what hangs shows no message, however long one looks."""


@dataclass(frozen=True)
class Message:
    """One message or notice."""

    key: str
    title: str
    sender: str
    day: str
    text: str
    icon: str
    color: str


MESSAGES = (
    Message("permit", "居住证签注已办结", "办件提醒", "10-19",
            "您申请的“居住证签注”已办结，签注有效期至 2026 年 9 月 28 日。欢迎对本次服务作出评价。",
            "clipboard-check-outline", "#1464E8"),
    Message("notice_1", "公积金租房提取额度调整", "通知公告", "10-18",
            "自 2025 年 11 月 1 日起，本市无自有住房职工租房提取住房公积金的额度，"
            "由每月 1500 元调整为每月 1800 元。"
            "已经办理约定提取的职工无需重新申请。",
            "bullhorn-outline", "#B45309"),
    Message("notice_2", "2025 年度城乡居民医保开始缴费", "通知公告", "10-15",
            "2025 年度城乡居民基本医疗保险集中缴费期为 10 月 15 日至 12 月 31 日，"
            "可以在本 App 或者社区服务中心办理。",
            "bullhorn-outline", "#B45309"),
    Message("licence", "电子社保卡已签发", "证照提醒", "10-12",
            "您的电子社保卡已签发，可以在“电子证照”中查看和亮证。",
            "card-account-details", "#0B7A63"),
    Message("welcome", "欢迎使用样例市民云", "系统消息", "09-01",
            "欢迎使用样例市民云！在这里您可以查询、办事、评价。如有疑问，请拨打 12345。",
            "bell-outline", "#5B53D6"),
)  # fmt: skip


def screens(edition: Edition) -> tuple[Screen, ...]:
    """The screens of the messages."""
    stuck = edition.has(plants.HANG_ON_MESSAGE)
    opened: Action = After(0.4, Do(), name="load")
    if stuck:
        opened = Do(After(FOREVER_S, Do(), name="load"), Hang())
    return (
        Screen("messages", _messages, on_open=After(0.4, Do(), name="load")),
        Screen("message", _message, on_open=opened),
    )


def _messages(state: State) -> Widget:
    rows = (_row(state, message) for message in MESSAGES)
    content = skeleton(5) if state.busy("load") else rows_card(*rows, id="messages_list")
    title = Row(
        height=TARGET,
        background=CARD,
        padding=(0, MARGIN),
        children=(Label(text="消息", size=20, bold=True, grow=True, id="title"),),
    )
    body = Scroll(grow=True, gap=GAP, padding=(GAP, MARGIN), children=(content,))
    return Page(background=GROUND, top=CARD, children=(title, body, tab_bar("messages")))


def _row(state: State, message: Message) -> Row:
    read = state.flag(f"read_{message.key}")
    dot = Column(width=8, height=8, radius=4, background=CARD if read else RED)
    texts = Column(
        grow=True,
        gap=2,
        children=(
            Label(text=message.title, size=16, bold=not read, id="message_row_title", lines=1),
            Label(text=message.text, size=13, color=TEXT_SECOND, lines=1),
        ),
    )
    return Row(
        id=f"message_{message.key}",
        on_tap=Do(Set({f"read_{message.key}": True}), Go("message", {"message": message.key})),
        padding=(14, MARGIN),
        gap=GAP,
        children=(
            round_icon(message.icon, message.color, 40),
            texts,
            Column(
                align="end",
                gap=8,
                children=(Label(text=message.day, size=12, color=TEXT_SECOND), dot),
            ),
        ),
    )


def _message(state: State) -> Widget:
    if state.busy("load"):
        return page("消息详情", skeleton(5))
    found = (each for each in MESSAGES if each.key == state.param("message"))
    message = next(found, MESSAGES[0])
    return page(
        "消息详情",
        card(
            Label(text=message.title, size=20, bold=True, id="message_title"),
            Label(text=f"{message.sender} · 2025-{message.day}", size=13, color=TEXT_SECOND),
            Divider(),
            Label(text=message.text, size=16, line_spacing=1.6, id="message_text"),
            gap=GAP,
        ),
    )
