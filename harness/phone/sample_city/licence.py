"""Electronic licences: the list, one licence, and showing it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from harness.phone.app import Action, After, Close, Dialog, Do, Go, Open, Screen, State, Toast
from harness.phone.sample_city import plants
from harness.phone.sample_city.editions import Edition
from harness.phone.sample_city.theme import (
    CARD,
    GAP,
    GREEN,
    MARGIN,
    TEXT_SECOND,
    button,
    card,
    dialog_box,
    fact,
    footer,
    page,
    second_button,
    section_title,
    skeleton,
    top_bar,
    working_footer,
)
from harness.phone.widgets import (
    Column,
    Divider,
    Icon,
    Illustration,
    Label,
    Page,
    QrCode,
    Row,
    Scroll,
    Space,
    Widget,
)

WHITE = "#FFFFFF"


@dataclass(frozen=True)
class Licence:
    """One document of the fictional citizen; numbers are placeholders."""

    key: str
    title: str
    number: str
    issuer: str
    valid: str
    icon: str
    colors: tuple[str, str]


LICENCES = (
    Licence("identity_card", "居民身份证", "0000**********0000", "样例市公安局",
            "2018-05-20 至 2038-05-20", "card-account-details", ("#1552BF", "#2F6FE0")),
    Licence("social_card", "电子社保卡", "S0000****0001", "样例市人力资源和社会保障局",
            "长期", "shield-account", ("#0A6B57", "#12806A")),
    Licence("driving_licence", "机动车驾驶证", "0000**********0000", "样例市公安局交通警察支队",
            "2021-03-15 至 2031-03-15", "car", ("#38475F", "#617596")),
    Licence("residence_permit", "居住证", "R0000****0001", "样例市公安局",
            "2025-09-29 至 2026-09-28", "home-heart", ("#8F4508", "#B5610F")),
)  # fmt: skip


def screens(edition: Edition) -> tuple[Screen, ...]:
    """The screens of the licences."""
    return (
        Screen("licences", _licences, on_open=After(0.6, Do(), name="load")),
        Screen("licence", partial(_licence, edition), on_open=After(0.5, Do(), name="load")),
        Screen("licence_code", _licence_code),
    )


def dialogs(edition: Edition) -> tuple[Dialog, ...]:
    """The dialogs over the licences."""
    broken = edition.has(plants.LICENCE_ERROR)
    return (Dialog("server_error", _server_error),) if broken else ()


def _chosen(state: State) -> Licence:
    found = (each for each in LICENCES if each.key == state.param("licence"))
    return next(found, LICENCES[0])


def _licences(state: State) -> Widget:
    if state.busy("load"):
        return page("电子证照", skeleton(3), skeleton(3), skeleton(3))
    return page(
        "电子证照",
        Label(
            text=f"共 {len(LICENCES)} 本证照，与实体证照具有同等效力", size=13, color=TEXT_SECOND
        ),
        *(_tile(licence) for licence in LICENCES),
        scroll_id="licences",
    )


def _tile(licence: Licence) -> Row:
    return Row(
        id=f"licence_{licence.key}",
        on_tap=Go("licence", {"licence": licence.key}),
        gradient=licence.colors,
        radius=12,
        padding=(20, MARGIN),
        gap=GAP,
        children=(
            Icon(name=licence.icon, size=36, color=WHITE),
            Column(
                grow=True,
                gap=4,
                children=(
                    Label(
                        text=licence.title, size=18, bold=True, color=WHITE, id="licence_row_title"
                    ),
                    Label(text=licence.issuer, size=13, color=WHITE),
                ),
            ),
            Label(
                text="亮证",
                size=14,
                bold=True,
                color=licence.colors[0],
                background=WHITE,
                radius=15,
                padding=(5, 14),
            ),
        ),
    )


def _licence(edition: Edition, state: State) -> Widget:
    licence = _chosen(state)
    if state.busy("load"):
        return page(licence.title, skeleton(4), skeleton(3))
    shown: Action = Go("licence_code", {"licence": licence.key})
    if edition.has(plants.LICENCE_ERROR):
        shown = Open("server_error")
    show = button("亮证", After(0.8, shown, name="show"), id="licence_show", grow=True)
    share = second_button("授权使用", Toast("暂无待授权的申请"), id="licence_share", grow=True)
    return page(
        licence.title,
        _face(licence),
        card(
            section_title("证照信息"),
            fact("持证人", "样小云"),
            Divider(),
            fact("证照号码", licence.number),
            Divider(),
            fact("颁发机构", licence.issuer),
            Divider(),
            fact("有效期", licence.valid),
            gap=GAP,
        ),
        footer=working_footer("正在获取证照…") if state.busy("show") else footer(share, show),
    )


def _face(licence: Licence) -> Column:
    """The licence as it looks."""
    return Column(
        gradient=licence.colors,
        radius=16,
        padding=20,
        gap=MARGIN,
        children=(
            Row(
                gap=8,
                children=(
                    Icon(name=licence.icon, size=28, color=WHITE),
                    Label(
                        text=licence.title,
                        size=20,
                        bold=True,
                        color=WHITE,
                        grow=True,
                        id="licence_title",
                    ),
                ),
            ),
            Row(
                gap=MARGIN,
                children=(
                    Illustration(
                        name="portrait", width=72, height=90, radius=6, tint=licence.colors[1]
                    ),
                    Column(
                        grow=True,
                        gap=6,
                        children=(
                            Label(text="样小云", size=20, bold=True, color=WHITE),
                            Label(text=licence.number, size=15, color=WHITE),
                            Label(text=licence.issuer, size=13, color=WHITE),
                        ),
                    ),
                ),
            ),
        ),
    )


def _licence_code(state: State) -> Widget:
    licence = _chosen(state)
    left = 60 - int(state.now_s) % 60
    code = Column(
        background=CARD,
        radius=16,
        padding=24,
        gap=MARGIN,
        align="center",
        children=(
            Label(text=licence.title, size=22, bold=True, id="licence_code_title"),
            Label(text=f"样小云  {licence.number}", size=15, color=TEXT_SECOND),
            QrCode(
                text=f"{licence.key}",
                width=220,
                height=220,
                id="licence_qr",
                description=f"{licence.title}二维码",
            ),
            Row(
                gap=6,
                children=(
                    Icon(name="shield-check", size=18, color=GREEN),
                    Label(text="证照有效", size=15, color=GREEN, bold=True, id="licence_valid"),
                ),
            ),
            Label(text=f"二维码 {left} 秒后自动更新", size=13, color=TEXT_SECOND),
        ),
    )
    body = Scroll(
        grow=True,
        padding=(20, MARGIN),
        gap=MARGIN,
        gradient=licence.colors,
        children=(code, _face(licence), Space(height=8)),
    )
    return Page(top=CARD, background=licence.colors[1], children=(top_bar("亮证"), body))


def _server_error(state: State) -> Widget:
    return dialog_box(
        "提示",
        Label(
            text="系统繁忙，请稍后再试\n（错误码 50012）",
            size=16,
            align="center",
            id="error_message",
        ),
        buttons=(button("我知道了", Close(), id="error_close", grow=True),),
    )
