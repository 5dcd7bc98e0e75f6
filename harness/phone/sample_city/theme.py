"""The look of the sample App: its colours and the blocks that its pages are built of."""

from __future__ import annotations

from dataclasses import replace

from harness.phone.app import Action, Back, Root
from harness.phone.sample_city.session import to_home
from harness.phone.widgets import (
    Box,
    Button,
    Check,
    Column,
    Divider,
    Icon,
    Illustration,
    Input,
    Label,
    Page,
    Row,
    Scroll,
    Space,
    Spinner,
    Stars,
    Widget,
)

PRIMARY = "#1464E8"
PRIMARY_PALE = "#E8F0FE"
GROUND = "#F4F6FA"
CARD = "#FFFFFF"
TEXT = "#1F2329"
TEXT_SECOND = "#5B626D"
TEXT_PALE = "#BBBBBB"
RED = "#D4302B"
GREEN = "#0A7F53"
GREEN_PALE = "#E5F5EE"
ORANGE = "#B45309"
ORANGE_PALE = "#FEF3E2"
LINE = "#EEF0F3"

GAP = 12
MARGIN = 16
TARGET = 48
"""The least height and width of what is touched, in dp."""


# --- pages ----------------------------------------------------------------------------------------


def page(title: str, *children: Widget, footer: Widget | None = None, scroll_id: str = "") -> Page:
    """An inner page: title bar, scrolling content, and what stays at the bottom."""
    body = Scroll(children=children, gap=GAP, padding=(GAP, MARGIN), grow=True, id=scroll_id)
    below = (footer,) if footer else ()
    return Page(children=(top_bar(title), body, *below), background=GROUND, top=CARD)


def top_bar(title: str, right: Widget | None = None) -> Row:
    """The title in the middle, the way back at its left."""
    return Row(
        background=CARD,
        children=(
            icon_button("chevron-left", "返回", Back(), id="back", size=28),
            Label(text=title, size=18, bold=True, align="center", grow=True, lines=1, id="title"),
            right or Space(width=TARGET),
        ),
    )


def footer(*children: Widget) -> Row:
    """The bar with a page's main buttons."""
    return Row(children=children, gap=GAP, padding=(8, MARGIN), background=CARD, shadow=True)


def tab_bar(current: str) -> Row:
    """The four tabs of the App's main pages."""
    return Row(
        background=CARD,
        shadow=True,
        align="stretch",
        children=(
            _tab("home", "首页", "home", current),
            _tab("services", "办事", "view-grid", current),
            _tab("messages", "消息", "message-text", current),
            _tab("account", "我的", "account", current),
        ),
    )


def _tab(screen: str, text: str, icon: str, current: str) -> Column:
    here = screen == current
    color = PRIMARY if here else TEXT_SECOND
    return Column(
        id=f"tab_{screen}",
        description=text,
        on_tap=to_home() if screen == "home" else Root(screen),
        grow=True,
        height=56,
        align="center",
        pack="center",
        gap=1,
        children=(
            Icon(name=icon if here else f"{icon}-outline", size=24, color=color),
            Label(text=text, size=11, color=color, bold=here),
        ),
    )


# --- blocks ---------------------------------------------------------------------------------------


def card(*children: Widget, gap: float = 0, padding: float = MARGIN, id: str = "") -> Column:
    """A white card with round corners."""
    return Column(children=children, gap=gap, padding=padding, background=CARD, radius=12, id=id)


def rows_card(*rows: Widget, id: str = "") -> Column:
    """A card of list rows, with a hairline between them."""
    children: list[Widget] = []
    for row in rows:
        if children:
            children.append(Divider(inset=MARGIN, color=LINE))
        children.append(row)
    return card(*children, padding=0, id=id)


def list_row(
    title: str,
    on_tap: Action | None,
    *,
    id: str = "",
    icon: Widget | None = None,
    subtitle: str = "",
    note: str = "",
    title_id: str = "",
) -> Row:
    """A row of a list: icon, title over subtitle, a note, and an arrow if it leads somewhere."""
    texts: tuple[Widget, ...] = (Label(text=title, size=16, id=title_id),)
    if subtitle:
        texts += (Label(text=subtitle, size=13, color=TEXT_SECOND, lines=2),)
    children: tuple[Widget, ...] = (icon,) if icon else ()
    children += (Column(children=texts, gap=2, grow=True),)
    if note:
        children += (Label(text=note, size=14, color=TEXT_SECOND),)
    if on_tap:
        children += (Icon(name="chevron-right", size=20, color="#8F959E"),)
    return Row(
        children=children,
        gap=GAP,
        padding=(14, MARGIN),
        on_tap=on_tap,
        id=id,
    )


def section_title(text: str, right: Widget | None = None) -> Row:
    """The heading of a part of a page."""
    children: tuple[Widget, ...] = (
        Column(width=4, height=16, radius=2, background=PRIMARY),
        Label(text=text, size=17, bold=True, grow=True),
    )
    return Row(gap=8, children=(*children, right) if right else children)


def round_icon(name: str, color: str, size: float = 44) -> Column:
    """A white symbol on a coloured disc."""
    return Column(
        width=size,
        height=size,
        radius=size / 2,
        background=color,
        align="center",
        pack="center",
        children=(Icon(name=name, size=size * 0.55, color="#FFFFFF"),),
    )


def tile(
    id: str, picture: Widget, text: str, on_tap: Action, size: float = 13, lines: int = 1
) -> Column:
    """A picture over its words, in a grid of such."""
    return Column(
        id=id,
        on_tap=on_tap,
        align="center",
        gap=6,
        padding=(4, 0),
        children=(picture, Label(text=text, size=size, align="center", lines=lines)),
    )


def tag(text: str, color: str = PRIMARY, background: str = PRIMARY_PALE, id: str = "") -> Label:
    """A small coloured word: a state, a property."""
    return Label(
        text=text, size=12, color=color, background=background, radius=4, padding=(2, 6), id=id
    )


def fact(title: str, value: str, id: str = "") -> Row:
    """A name at the left and its value at the right."""
    return Row(
        align="start",
        gap=GAP,
        children=(
            Label(text=title, size=14, color=TEXT_SECOND, width=100),
            Label(text=value, size=14, grow=True, id=id),
        ),
    )


# --- what is touched ------------------------------------------------------------------------------


def icon_button(
    icon: str,
    description: str,
    on_tap: Action,
    *,
    id: str = "",
    color: str = TEXT,
    size: float = 24,
) -> Column:
    """A symbol that can be touched, with the room that a finger needs."""
    return Column(
        id=id,
        description=description,
        on_tap=on_tap,
        width=TARGET,
        height=TARGET,
        align="center",
        pack="center",
        children=(Icon(name=icon, size=size, color=color),),
    )


def button(
    text: str, on_tap: Action, *, id: str, enabled: bool = True, grow: bool = False
) -> Button:
    """The main button of a page."""
    return Button(
        text=text,
        on_tap=on_tap,
        id=id,
        enabled=enabled,
        grow=grow,
        color=PRIMARY,
        height=TARGET,
        radius=24,
    )


def second_button(text: str, on_tap: Action, *, id: str, grow: bool = False) -> Button:
    """A button beside the main one."""
    return replace(button(text, on_tap, id=id, grow=grow), style="outlined")


def link(text: str, on_tap: Action, *, id: str, size: float = 14) -> Button:
    """Blue text that can be touched."""
    return Button(
        text=text, on_tap=on_tap, id=id, style="plain", size=size, color=PRIMARY, height=TARGET
    )


def chip(
    text: str, on_tap: Action, *, id: str = "", chosen: bool = False, fill: str = "#F0F2F5"
) -> Column:
    """A word in a pill; the finger's room is higher than the pill."""
    return Column(
        id=id,
        on_tap=on_tap,
        height=TARGET,
        pack="center",
        children=(
            Label(
                text=text,
                size=14,
                color=PRIMARY if chosen else TEXT,
                background=PRIMARY_PALE if chosen else fill,
                radius=17,
                padding=(7, 8),
                align="center",
                lines=1,
            ),
        ),
    )


def choice(key: str, value: str, *, id: str = "", kind_text: str = "") -> Check:
    """One of several: a radio button in a row of its own."""
    return Check(
        key=key,
        value=value,
        text=kind_text or value,
        kind="radio",
        id=id,
        height=TARGET,
        size=16,
        color=PRIMARY,
    )


def text_field(title: str, field: Input, error: str = "", right: Widget | None = None) -> Column:
    """An input under its title, with what is wrong with it below."""
    input_row: Widget = field
    if right:
        input_row = Row(children=(replace(field, grow=True), right), gap=8)
    children: tuple[Widget, ...] = (
        Label(text=title, size=14, color=TEXT_SECOND),
        input_row,
    )
    if error:
        children += (Label(text=error, size=13, color=RED, id=f"{field.id}_error"),)
    return Column(children=children, gap=6)


def input_box(
    key: str, hint: str, *, number: bool = False, password: bool = False, max_length: int = 0
) -> Input:
    """A text field of the App; its id is its key."""
    return Input(
        key=key,
        id=key,
        hint=hint,
        password=password,
        keyboard="number" if number else "text",
        max_length=max_length,
        height=TARGET,
        size=16,
        background="#F6F7F9",
        radius=8,
        padding=(0, 12),
    )


def text_area(key: str, hint: str, *, height: float, max_length: int) -> Input:
    """A text field of several lines; its id is its key."""
    box = input_box(key, hint, max_length=max_length)
    return replace(box, multiline=True, height=height, padding=12)


# --- waiting and emptiness ------------------------------------------------------------------------


def working(text: str) -> Row:
    """A spinner with words, where a button was pressed."""
    return Row(
        pack="center",
        gap=GAP,
        height=TARGET,
        children=(Spinner(size=24, color=PRIMARY), Label(text=text, size=15)),
    )


def working_footer(text: str) -> Row:
    """A spinner with words, where a footer's button was pressed."""
    return replace(working(text), height=64, background=CARD)


def skeleton(lines: int = 3, id: str = "skeleton") -> Column:
    """Grey bars in the place of what is still being loaded."""
    bars = (Column(height=12, background=LINE, radius=4) for _ in range(lines))
    head = Column(height=14, width=120, background="#E6E9EF", radius=4)
    return card(head, *bars, gap=GAP, id=id)


def waiting(text: str = "加载中…", id: str = "loading") -> Column:
    """A spinner with its word, in the middle of the room."""
    return Column(
        id=id,
        align="center",
        gap=GAP,
        padding=(96, MARGIN),
        children=(
            Spinner(size=36, color=PRIMARY),
            Label(text=text, size=14, color=TEXT_SECOND),
        ),
    )


def emptiness(text: str, hint: str = "", id: str = "empty") -> Column:
    """A picture and a sentence where there is nothing to show."""
    return Column(
        id=id,
        align="center",
        gap=8,
        padding=(40, MARGIN),
        children=(
            Illustration(name="empty", width=160, height=120, tint=PRIMARY),
            Label(text=text, size=16, align="center"),
            Label(text=hint, size=14, color=TEXT_SECOND, align="center"),
        ),
    )


def finished(title: str, *lines: str, id: str) -> Column:
    """The green tick at the end of a task, with what comes next."""
    return Column(
        align="center",
        gap=GAP,
        padding=(32, MARGIN),
        background=CARD,
        radius=12,
        children=(
            Icon(name="check-circle", size=64, color=GREEN),
            Label(text=title, size=22, bold=True, id=id, align="center"),
            *(Label(text=line, size=14, color=TEXT_SECOND, align="center") for line in lines),
        ),
    )


def dialog_box(title: str, *children: Widget, buttons: tuple[Widget, ...]) -> Column:
    """The white box of a dialog."""
    return Column(
        width=304,
        background=CARD,
        radius=16,
        padding=20,
        gap=MARGIN,
        children=(
            Label(text=title, size=18, bold=True, align="center", id="dialog_title"),
            *children,
            Row(children=buttons, gap=GAP),
        ),
    )


# --- large text -----------------------------------------------------------------------------------


def enlarged(
    widget: Widget, factor: float, least_text: float = 0, least_target: float = 0
) -> Widget:
    """The same widget with larger texts and, if asked, larger targets."""
    larger = _larger_text(widget, factor, least_text)
    larger = _larger_target(larger, least_target)
    if isinstance(larger, Box):
        children = tuple(
            enlarged(child, factor, least_text, least_target) for child in larger.children
        )
        return replace(larger, children=children)
    return larger


def _larger_text(widget: Widget, factor: float, least: float) -> Widget:
    if isinstance(widget, Label | Button | Input | Check):
        return replace(widget, size=max(round(widget.size * factor), least))
    return widget


def _larger_target(widget: Widget, least: float) -> Widget:
    if not least or not (widget.on_tap or isinstance(widget, Button | Input | Check | Stars)):
        return widget
    height = None if widget.height is None else max(widget.height, least)
    width = None if widget.width is None else max(widget.width, least)
    larger = replace(widget, height=height, width=width)
    round_ended = isinstance(widget, Button) and widget.radius * 2 == widget.height
    return replace(larger, radius=(height or 0) / 2) if round_ended else larger
