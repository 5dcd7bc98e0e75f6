"""Browsing: the services tab, categories, and the service guide."""

from __future__ import annotations

from functools import partial

from harness.phone.app import Action, After, Do, Go, Screen, Set, State, Toast
from harness.phone.sample_city import h5, plants
from harness.phone.sample_city.editions import Edition
from harness.phone.sample_city.services import (
    CATEGORIES,
    Category,
    Service,
    category,
    groups_of,
    service,
    services_of,
)
from harness.phone.sample_city.session import with_login
from harness.phone.sample_city.theme import (
    CARD,
    GAP,
    GREEN,
    GREEN_PALE,
    GROUND,
    MARGIN,
    ORANGE,
    ORANGE_PALE,
    PRIMARY,
    TARGET,
    TEXT,
    TEXT_PALE,
    TEXT_SECOND,
    button,
    card,
    fact,
    footer,
    icon_button,
    list_row,
    page,
    round_icon,
    rows_card,
    section_title,
    skeleton,
    tab_bar,
    tag,
    tile,
    waiting,
)
from harness.phone.widgets import Column, Divider, Grid, Icon, Label, Page, Row, Scroll, Widget

FIRST_CATEGORIES = ("social", "health", "education", "residence", "transport")
"""What the cluttered edition shows before 更多."""

LOADING = After(0.5, Do(), name="load")


def screens(edition: Edition) -> tuple[Screen, ...]:
    """The screens of browsing."""
    hidden = edition.has(plants.FUND_WITHDRAWAL_HIDDEN)
    deeper = (
        Screen("category_more", _category_more, on_open=LOADING),
        Screen("category_group", _category_group, on_open=LOADING),
    )
    return (
        Screen("services", partial(_services, hidden)),
        Screen("category", partial(_category, hidden), on_open=LOADING),
        *(deeper if hidden else ()),
        Screen("guide", partial(_guide, edition), on_open=After(0.6, Do(), name="load")),
        Screen("query_result", _query_result, on_open=After(1.0, Do(), name="load")),
    )


# --- the services tab -----------------------------------------------------------------------------


def _services(hidden: bool, state: State) -> Widget:
    title = Row(
        height=TARGET,
        background=CARD,
        padding=(0, MARGIN),
        children=(Label(text="办事服务", size=20, bold=True, grow=True, id="title"),),
    )
    body = Scroll(
        grow=True,
        gap=GAP,
        padding=(GAP, MARGIN),
        children=(_category_grid(hidden), _themes()),
        id="services_scroll",
    )
    return Page(
        background=GROUND, top=CARD, children=(title, _search_box(), body, tab_bar("services"))
    )


def _search_box() -> Column:
    box = Row(
        id="services_search",
        description="搜索",
        on_tap=Go("search"),
        height=TARGET,
        radius=24,
        background="#F0F2F5",
        padding=(0, MARGIN),
        gap=8,
        children=(
            Icon(name="magnify", size=20, color=TEXT_SECOND),
            Label(text="搜索办事服务", size=15, color=TEXT_SECOND),
        ),
    )
    return Column(background=CARD, padding=(4, MARGIN), children=(box,))


def _category_grid(hidden: bool) -> Column:
    shown = [each for each in CATEGORIES if not hidden or each.key in FIRST_CATEGORIES]
    tiles = [_category_tile(each) for each in shown]
    if hidden:
        more = Category("more", "更多", "dots-horizontal", "#5B626D")
        tiles.append(_tile(more, Go("category_more")))
    columns = 3 if hidden else 4
    return card(
        section_title("按主题分类"),
        Grid(columns=columns, gap=GAP, children=tuple(tiles)),
        gap=MARGIN,
    )


def _category_tile(each: Category) -> Column:
    return _tile(each, Go("category", {"category": each.key}))


def _tile(each: Category, action: Go) -> Column:
    picture = round_icon(each.icon, each.color, 48)
    return tile(f"category_{each.key}", picture, each.title, action, size=14)


def _themes() -> Column:
    rows = (
        list_row(
            service(key).title,
            Go("guide", {"service": key}),
            id=f"services_{key}",
            icon=round_icon(
                category(service(key).category).icon, category(service(key).category).color, 36
            ),
            subtitle=subtitle,
        )
        for key, subtitle in (
            ("school_enrolment", "入学一件事"),
            ("birth_registration", "新生儿出生"),
            ("pension_certification", "退休一件事"),
        )
    )
    return Column(gap=8, children=(section_title("高效办成一件事"), rows_card(*rows)))


# --- categories -----------------------------------------------------------------------------------


def _category(hidden: bool, state: State) -> Widget:
    here = category(state.param("category"))
    if state.busy("load"):
        return page(here.title, skeleton(4), skeleton(4))
    if hidden and here.key == "housing":
        rows = (_group_row(here, group) for group in groups_of(here.key))
        return page(here.title, rows_card(*rows, id="category_groups"))
    return page(here.title, _service_rows(here, services_of(here.key)), scroll_id="category_scroll")


def _group_row(here: Category, group: str) -> Row:
    count = len(services_of(here.key, group))
    return list_row(
        group,
        Go("category_group", {"category": here.key, "group": group}),
        icon=round_icon(here.icon, here.color, 36),
        note=f"{count} 项",
    )


def _category_more(state: State) -> Widget:
    if state.busy("load"):
        return page("更多", skeleton(4), skeleton(4))
    rows = (
        list_row(
            each.title,
            Go("category", {"category": each.key}),
            id=f"category_{each.key}",
            icon=round_icon(each.icon, each.color, 36),
        )
        for each in CATEGORIES
        if each.key not in FIRST_CATEGORIES
    )
    return page("更多", rows_card(*rows))


def _category_group(state: State) -> Widget:
    here, group = category(state.param("category")), state.param("group")
    if state.busy("load"):
        return page(group, skeleton(4))
    return page(group, _service_rows(here, services_of(here.key, group)))


def _service_rows(here: Category, listed: tuple[Service, ...]) -> Column:
    rows = (
        list_row(
            each.title,
            Go("guide", {"service": each.key}),
            id=f"service_{each.key}",
            title_id="service_row_title",
            icon=round_icon(here.icon, here.color, 36),
            subtitle="即时查询" if each.query else "全程网办",
        )
        for each in listed
    )
    return rows_card(*rows, id="category_services")


# --- the guide ------------------------------------------------------------------------------------


def _guide(edition: Edition, state: State) -> Widget:
    shown = service(state.param("service") or state.param("rest"))
    if state.busy("load"):
        return page("办事指南", skeleton(2), skeleton(4), skeleton(4))
    color = TEXT_PALE if edition.has(plants.PALE_GUIDE) else TEXT
    return page(
        "办事指南",
        _guide_head(shown),
        *_elements(shown, color),
        footer=_guide_footer(state, shown),
        scroll_id="guide_scroll",
    )


def _guide_head(shown: Service) -> Column:
    return card(
        Label(text=shown.title, size=22, bold=True, id="service_title"),
        Label(text=f"实施部门：{shown.department}", size=14, color=TEXT_SECOND),
        Row(
            gap=8,
            children=(
                tag("全程网办"),
                tag("零跑动", GREEN, GREEN_PALE),
                tag("即时办结" if shown.query else "承诺件", ORANGE, ORANGE_PALE),
            ),
        ),
        gap=8,
    )


def _elements(shown: Service, color: str) -> tuple[Column, ...]:
    """The seven elements of the guide."""
    guide = shown.guide
    materials = "\n".join(f"{place}. {text}" for place, text in enumerate(guide.materials, 1))
    process = " → ".join(guide.process)
    return (
        _element("account-outline", "受理条件", guide.conditions, "guide_conditions", color),
        _element("file-document-outline", "申请材料", materials, "guide_materials", color),
        _element("clock-outline", "办理时限", guide.time_limit, "guide_time_limit", color),
        _element("swap-horizontal", "办理流程", process, "guide_process", color),
        _element("currency-cny", "收费标准", guide.fee, "guide_fee", color),
        _element("map-marker-outline", "办理地点", guide.place, "guide_place", color),
        _element("phone", "咨询电话", guide.phone, "guide_phone", color),
    )


def _element(icon: str, title: str, text: str, id: str, color: str) -> Column:
    return card(
        Row(
            gap=8,
            children=(
                Icon(name=icon, size=20, color=PRIMARY),
                Label(text=title, size=16, bold=True),
            ),
        ),
        Label(text=text, size=15, color=color, id=id, line_spacing=1.5),
        gap=8,
    )


def _guide_footer(state: State, shown: Service) -> Row:
    key = f"favourite_{shown.key}"
    kept = state.flag(key)
    keep = icon_button(
        "star" if kept else "star-outline",
        "取消收藏" if kept else "收藏",
        Do(Set({key: not kept}), Toast("已取消收藏" if kept else "已收藏")),
        id="guide_favourite",
        color=ORANGE if kept else TEXT_SECOND,
    )
    text = "在线查询" if shown.query else "在线办理"
    return footer(keep, button(text, _way_in(shown), id="guide_apply", grow=True))


def _way_in(shown: Service) -> Action:
    if shown.key in h5.PAGES:
        return Go(shown.key)  # the web pages are for everybody
    return with_login(
        Go("query_result" if shown.query else "apply_applicant", {"service": shown.key})
    )


# --- the answer of a query service ----------------------------------------------------------------

_ANSWERS: dict[str, tuple[tuple[str, str], ...]] = {
    "contribution_query": (
        ("2025 年 09 月", "已缴费  1,236.50 元"),
        ("2025 年 08 月", "已缴费  1,236.50 元"),
        ("2025 年 07 月", "已缴费  1,236.50 元"),
        ("2025 年 06 月", "已缴费  1,198.00 元"),
        ("累计缴费", "86 个月"),
    ),
    "fund_query": (("账户状态", "正常"), ("账户余额", "52,318.66 元"), ("月缴存额", "2,400.00 元")),
    "medical_query": (("参保状态", "正常参保"), ("个人账户余额", "3,082.17 元")),
    "violation_query": (("未处理违法", "0 条"), ("累计记分", "0 分")),
}
_OTHER_ANSWER = (("查询结果", "共 3 条记录，请到办理地点的自助机查看详情"),)


def _query_result(state: State) -> Widget:
    shown = service(state.param("service"))
    if state.busy("load"):
        return page(shown.title, waiting("正在查询…"))
    rows: list[Widget] = []
    for title, value in _ANSWERS.get(shown.key, _OTHER_ANSWER):
        rows += [fact(title, value), Divider()]
    return page(
        shown.title,
        card(section_title("查询结果"), *rows[:-1], gap=GAP, id="query_result"),
        Label(text="数据更新于 2025-10-20，仅供参考，以窗口查询为准。", size=13, color=TEXT_SECOND),
    )
