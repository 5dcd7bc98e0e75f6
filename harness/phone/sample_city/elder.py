"""Elder mode: a home page with large texts and few entries."""

from __future__ import annotations

from harness.phone.app import Action, Do, Go, Root, Screen, Set, State, Toast
from harness.phone.sample_city.editions import Edition
from harness.phone.sample_city.session import with_login
from harness.phone.sample_city.theme import GROUND, MARGIN, PRIMARY, RED, TEXT, TEXT_SECOND
from harness.phone.widgets import Column, Grid, Icon, Label, Page, Row, Scroll, Widget

WHITE = "#FFFFFF"
HOME = "elder_home"
LEAST_TEXT = 18.0
LEAST_TARGET = 60.0
TEXT_FACTOR = 1.2

_ENTRIES: tuple[tuple[str, str, str, str, Action], ...] = (
    ("contribution_query", "社保查询", "shield-account", PRIMARY,
     Go("guide", {"service": "contribution_query"})),
    ("appointment", "预约挂号", "hospital-building", "#C93A30",
     Go("guide", {"service": "appointment"})),
    ("licences", "电子证照", "card-account-details", "#A8510A", with_login(Go("licences"))),
    ("pension", "养老认证", "face-recognition", "#0B7A63",
     Go("guide", {"service": "pension_certification"})),
    ("applications", "我的办件", "clipboard-text", "#5B53D6", with_login(Go("applications"))),
    ("card", "老年优待证", "human-cane", "#5E7C16", Go("guide", {"service": "elderly_card"})),
)  # fmt: skip


def screens(edition: Edition) -> tuple[Screen, ...]:
    """The screens that only elder mode has. They are the same in every edition."""
    return (Screen(HOME, _elder_home),)


def _elder_home(state: State) -> Widget:
    body = Scroll(
        grow=True,
        gap=MARGIN,
        padding=(MARGIN, MARGIN),
        children=(_search(), _call(), _entries(), _account(state)),
    )
    return Page(top=PRIMARY, status_light=True, background=GROUND, children=(_head(), body))


def _head() -> Row:
    leave = Label(
        text="退出长辈版",
        size=18,
        bold=True,
        color=PRIMARY,
        background=WHITE,
        radius=20,
        padding=(7, 14),
    )
    return Row(
        background=PRIMARY,
        padding=(8, MARGIN),
        children=(
            Column(
                grow=True,
                children=(
                    Label(text="样例市", size=30, bold=True, color=WHITE, id="elder_city"),
                    Label(text="长辈版", size=20, color=WHITE, id="elder_title"),
                ),
            ),
            Column(
                id="elder_leave",
                height=64,
                pack="center",
                on_tap=Do(Set({"elder": False}), Root("home")),
                children=(leave,),
            ),
        ),
    )


def _search() -> Row:
    return Row(
        id="elder_search",
        description="搜索",
        on_tap=Go("search"),
        height=64,
        radius=32,
        background=WHITE,
        border=PRIMARY,
        padding=(0, 20),
        gap=10,
        children=(
            Icon(name="magnify", size=30, color=PRIMARY),
            Label(text="搜索要办的事", size=22, color=TEXT_SECOND),
        ),
    )


def _call() -> Row:
    return Row(
        id="elder_call",
        on_tap=Toast("正在为您呼叫 12345", long=True),
        radius=16,
        background=RED,
        padding=(18, 20),
        gap=14,
        children=(
            Icon(name="phone-in-talk", size=40, color=WHITE),
            Column(
                grow=True,
                children=(
                    Label(text="一键呼叫 12345", size=26, bold=True, color=WHITE),
                    Label(text="人工帮您办", size=20, color=WHITE),
                ),
            ),
        ),
    )


def _entries() -> Grid:
    tiles = (
        Column(
            id=f"elder_{key}",
            on_tap=action,
            background=WHITE,
            radius=16,
            padding=(16, 8),
            gap=8,
            align="center",
            children=(
                Icon(name=icon, size=48, color=color),
                Label(text=text, size=24, bold=True, align="center", color=TEXT),
            ),
        )
        for key, text, icon, color, action in _ENTRIES
    )
    return Grid(columns=2, gap=12, children=tuple(tiles))


def _account(state: State) -> Row:
    signed_in = state.flag("logged_in")
    return Row(
        id="elder_account",
        on_tap=Go("settings") if signed_in else Go("login"),
        height=72,
        background=WHITE,
        radius=16,
        padding=(0, 20),
        gap=14,
        children=(
            Icon(name="account-circle", size=40, color=PRIMARY),
            Label(text="设置" if signed_in else "登录", size=24, bold=True, grow=True),
            Icon(name="chevron-right", size=32, color=TEXT_SECOND),
        ),
    )
