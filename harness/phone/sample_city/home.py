"""The home page."""

from __future__ import annotations

from functools import partial

from harness.phone.app import (
    Action,
    After,
    Close,
    Decide,
    Dialog,
    Do,
    Go,
    Open,
    Root,
    Screen,
    Set,
    State,
    Toast,
)
from harness.phone.sample_city import plants
from harness.phone.sample_city.editions import Edition
from harness.phone.sample_city.services import HOT, category, service
from harness.phone.sample_city.session import with_login
from harness.phone.sample_city.theme import (
    GAP,
    GROUND,
    MARGIN,
    ORANGE,
    ORANGE_PALE,
    PRIMARY,
    PRIMARY_PALE,
    RED,
    TARGET,
    TEXT_SECOND,
    button,
    card,
    dialog_box,
    icon_button,
    list_row,
    round_icon,
    rows_card,
    second_button,
    section_title,
    skeleton,
    tab_bar,
    tag,
    tile,
)
from harness.phone.widgets import (
    Column,
    Grid,
    Icon,
    Illustration,
    Label,
    Page,
    Row,
    Scroll,
    Space,
    Stack,
    Widget,
)

WHITE = "#FFFFFF"

NOTICES = (
    ("公积金租房提取额度调整", "10-18"),
    ("2025 年度城乡居民医保开始缴费", "10-15"),
)

_TO_ELDER_MODE = Do(Set({"elder": True}), Root("elder_home"))

Tile = tuple[str, str, str, str, Action]
"""Key, text, icon, colour and action of an entry of the grid."""


def screens(edition: Edition) -> tuple[Screen, ...]:
    """The home page as a screen."""
    load = Decide(
        lambda state: (
            None
            if state.flag("home_loaded")
            else After(0.5, Set({"home_loaded": True}), name="load")
        )
    )
    on_open = Do(load, _ask_for_update()) if edition.has(plants.UPDATE_DIALOG) else load
    return (Screen("home", partial(_home, edition), on_open=on_open),)


def dialogs(edition: Edition) -> tuple[Dialog, ...]:
    """The dialogs over the home page."""
    return (Dialog("update", _update),) if edition.has(plants.UPDATE_DIALOG) else ()


def _home(edition: Edition, state: State) -> Widget:
    content = (skeleton(4), skeleton(3)) if state.busy("load") else _content(edition, state)
    body = Column(
        grow=True,
        children=(
            _header(edition, state),
            Scroll(children=content, gap=GAP, padding=(GAP, MARGIN), grow=True, id="home_scroll"),
        ),
    )
    room: Widget = body
    if edition.has(plants.FLOATING_ADVERT) and not state.flag("advert_closed"):
        room = Stack(grow=True, children=(body, _floating_advert(edition)))
    return Page(
        top=PRIMARY,
        status_light=True,
        background=GROUND,
        children=(room, tab_bar("home")),
    )


def _content(edition: Edition, state: State) -> tuple[Widget, ...]:
    return (
        _banner(),
        _grid(edition),
        _hotline(edition),
        _notices(),
        _hot(),
    )


def _banner() -> Stack:
    picture = Illustration(name="banner", height=112, radius=12, tint=PRIMARY)
    words = Column(
        padding=(20, 20),
        gap=4,
        children=(
            Label(text="高效办成一件事", size=22, bold=True, color=WHITE),
            Label(text="一网通办，全程网办", size=14, color=WHITE),
        ),
    )
    return Stack(
        height=112,
        id="home_banner",
        description="高效办成一件事",
        on_tap=Root("services"),
        children=(picture, words),
    )


# --- the top --------------------------------------------------------------------------------------


def _header(edition: Edition, state: State) -> Column:
    return Column(
        background=PRIMARY,
        padding=(4, MARGIN),
        gap=4,
        children=(
            Row(
                gap=0,
                height=TARGET,
                children=(
                    Icon(name="map-marker", size=20, color=WHITE),
                    Label(text="样例市", size=18, bold=True, color=WHITE, id="home_city"),
                    Space(width=8),
                    Icon(name="weather-partly-cloudy", size=18, color=WHITE),
                    Label(text=" 22℃", size=13, color=WHITE, grow=True, lines=1),
                    *_top_entries(edition),
                ),
            ),
            _search_bar(),
            Space(height=4),
        ),
    )


def _top_entries(edition: Edition) -> tuple[Widget, ...]:
    scan = Toast("请将二维码放入取景框")
    if edition.has(plants.UNLABELLED_ICONS):
        return (
            icon_button("human-cane", "", _TO_ELDER_MODE, color=WHITE),
            icon_button("qrcode-scan", "", scan, color=WHITE),
            icon_button("bell-outline", "", Root("messages"), color=WHITE),
        )
    return (
        _elder_entry(),
        icon_button("qrcode-scan", "扫一扫", scan, id="home_scan", color=WHITE, size=22),
        icon_button(
            "bell-outline", "消息", Root("messages"), id="home_messages", color=WHITE, size=22
        ),
    )


def _elder_entry() -> Column:
    pill = Label(
        text="长辈版", size=13, color=PRIMARY, background=WHITE, radius=14, padding=(4, 10)
    )
    return Column(
        id="home_elder",
        height=TARGET,
        pack="center",
        on_tap=_TO_ELDER_MODE,
        children=(pill,),
    )


def _search_bar() -> Row:
    return Row(
        id="home_search",
        description="搜索",
        on_tap=Go("search"),
        height=TARGET,
        radius=24,
        background=WHITE,
        padding=(0, MARGIN),
        gap=8,
        children=(
            Icon(name="magnify", size=22, color=TEXT_SECOND),
            Label(
                text="搜服务、搜政策，如“居住证”", size=15, color=TEXT_SECOND, grow=True, lines=1
            ),
            Label(text="搜索", size=15, bold=True, color=PRIMARY),
        ),
    )


# --- the grid -------------------------------------------------------------------------------------


def _grid(edition: Edition) -> Column:
    tiles = [_service_tile("contribution_query", "社保缴费")]
    hidden = edition.has(plants.FUND_WITHDRAWAL_HIDDEN)
    tiles.append(
        _service_tile("violation_query", "交通违法")
        if hidden
        else _service_tile("fund_withdrawal", "公积金提取")
    )
    licences = with_login(Go("licences"))
    tiles += [
        _service_tile("residence_permit", "居住证办理"),
        ("licences", "电子证照", "card-account-details", "#B7620C", licences),
        _service_tile("appointment", "预约挂号"),
        _service_tile("birth_registration", "生育登记"),
        ("applications", "我的办件", "clipboard-text", "#5B53D6", with_login(Go("applications"))),
        ("all", "全部服务", "apps", "#5B626D", Root("services")),
    ]
    badges = {1: "新", 3: "99+", 4: "热", 6: "8"} if edition.has(plants.FLOATING_ADVERT) else {}
    entries = (_tile(entry, badges.get(place, "")) for place, entry in enumerate(tiles))
    return card(Grid(columns=4, gap=8, children=tuple(entries)), padding=12, id="home_grid")


def _service_tile(key: str, text: str) -> Tile:
    found = service(key)
    field = category(found.category)
    return key, text, field.icon, field.color, Go("guide", {"service": key})


def _tile(entry: Tile, badge: str) -> Column:
    key, text, icon, color, action = entry
    picture: Widget = round_icon(icon, color)
    if badge:
        picture = Stack(
            width=72,
            height=44,
            children=(Row(pack="center", children=(picture,)), _badge(badge)),
        )
    return tile(f"home_service_{key}", picture, text, action, lines=2)


def _badge(text: str) -> Row:
    mark = Label(
        text=text, size=10, bold=True, color=WHITE, background=RED, radius=8, padding=(1, 5)
    )
    return Row(pack="end", align="start", children=(mark,))


# --- below the grid -------------------------------------------------------------------------------


def _hotline(edition: Edition) -> Widget:
    ask = with_login(Go("request_category"))
    texts = Column(
        grow=True,
        gap=2,
        children=(
            Label(text="12345 热线", size=16, bold=True),
            Label(text="咨询、求助、投诉、建议", size=13, color=TEXT_SECOND),
        ),
    )
    picture = round_icon("phone-in-talk", "#D4453B", 40)
    if edition.has(plants.SMALL_REQUEST_ENTRY):
        entry = Icon(
            name="pencil",
            size=18,
            color=PRIMARY,
            width=22,
            height=22,
            id="home_request",
            description="我要诉求",
            on_tap=ask,
        )
        return card(Row(gap=GAP, children=(picture, texts, entry)))
    go = Label(
        text="我要诉求", size=14, color=PRIMARY, background=PRIMARY_PALE, radius=16, padding=(6, 14)
    )
    return card(
        Row(
            gap=GAP,
            padding=(12, MARGIN),
            id="home_request",
            on_tap=ask,
            children=(picture, texts, go),
        ),
        padding=0,
    )


def _notices() -> Column:
    rows = (
        Row(
            gap=8,
            height=TARGET,
            on_tap=Go("message", {"message": f"notice_{number}"}),
            id=f"home_notice_{number}",
            children=(
                tag("通知", ORANGE, ORANGE_PALE),
                Label(text=title, size=15, lines=1, grow=True),
                Label(text=day, size=12, color=TEXT_SECOND),
            ),
        )
        for number, (title, day) in enumerate(NOTICES, 1)
    )
    return card(section_title("通知公告"), *rows, gap=4)


def _hot() -> Column:
    rows = (
        list_row(
            service(key).title,
            Go("guide", {"service": key}),
            id=f"home_hot_{key}",
            subtitle=service(key).department,
        )
        for key in HOT
    )
    return Column(gap=8, children=(section_title("热门服务"), rows_card(*rows)))


# --- what gets in the way -------------------------------------------------------------------------


def _ask_for_update() -> Action:
    ask = Do(Set({"update_seen": True}), Open("update"))
    due = Decide(lambda state: None if state.flag("update_seen") else ask)
    return After(0.4, due, name="update")


def _update(state: State) -> Widget:
    return dialog_box(
        "发现新版本",
        Label(
            text="版本 2.9.0（36.5MB）\n1. 优化使用体验\n2. 修复已知问题",
            size=15,
            color=TEXT_SECOND,
            line_spacing=1.6,
        ),
        buttons=(
            second_button("以后再说", Close(), id="update_later", grow=True),
            button("立即升级", Do(Close(), Toast("正在后台下载")), id="update_now", grow=True),
        ),
    )


def _floating_advert(edition: Edition) -> Column:
    unlabelled = edition.has(plants.UNLABELLED_ICONS)
    close = Icon(
        name="close-circle",
        size=16,
        color="#5A5A5A",
        id="" if unlabelled else "floating_advert_close",
        description="" if unlabelled else "关闭广告",
        on_tap=Set({"advert_closed": True}),
    )
    gift = Column(
        width=76,
        height=76,
        radius=38,
        gradient=("#FF8A3D", "#E5484D"),
        align="center",
        pack="center",
        on_tap=Toast("活动太火爆了，请稍后再试"),
        id="" if unlabelled else "floating_advert",
        children=(
            Icon(name="gift", size=36, color=WHITE),
            Label(text="领红包", size=12, bold=True, color=WHITE, align="center"),
        ),
    )
    corner = Column(align="end", children=(close, gift), width=84)
    return Column(pack="end", align="end", padding=(72, 8), children=(corner,), background="")
