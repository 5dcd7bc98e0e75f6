"""Search: the page with history and hot words, the results, the page without results."""

from __future__ import annotations

from functools import partial

from harness.phone.app import Action, After, Back, Decide, Do, Go, Replace, Root, Screen, Set, State
from harness.phone.sample_city import plants
from harness.phone.sample_city.editions import Edition
from harness.phone.sample_city.services import (
    HOT_WORDS,
    SERVICES,
    Found,
    Service,
    category,
    search,
)
from harness.phone.sample_city.session import with_login
from harness.phone.sample_city.theme import (
    CARD,
    GAP,
    GROUND,
    MARGIN,
    PRIMARY,
    PRIMARY_PALE,
    TARGET,
    TEXT_SECOND,
    button,
    card,
    chip,
    emptiness,
    icon_button,
    link,
    list_row,
    round_icon,
    rows_card,
    section_title,
    waiting,
)
from harness.phone.widgets import Column, Grid, Icon, Input, Label, Page, Row, Scroll, Space, Widget

HISTORY_LENGTH = 6
ANSWER_S = 0.8
SLOW_ANSWER_S = 6.0

FEATURES: dict[str, tuple[str, Action]] = {
    "长辈版": ("大字体、大图标的简洁界面", Do(Set({"elder": True}), Root("elder_home"))),
    "12345 市民热线": ("咨询、求助、投诉、建议", with_login(Go("request_category"))),
    "电子证照": ("身份证、社保卡、驾驶证、居住证", with_login(Go("licences"))),
    "我的办件": ("办件进度和评价", with_login(Go("applications"))),
    "更换手机号": ("设置", with_login(Go("change_mobile"))),
}
"""What can be found beside services: a line about it and the way there."""


def screens(edition: Edition) -> tuple[Screen, ...]:
    """The screens of the search."""
    wait = SLOW_ANSWER_S if edition.has(plants.SLOW_SEARCH) else ANSWER_S
    answer = After(wait, Decide(_answer), name="search")
    return (
        Screen("search", _search, on_open=Set({"search_input": ""})),
        Screen("results", partial(_results, edition), on_open=answer),
        Screen("no_results", _no_results),
    )


def find(query: str) -> Found:
    """What the App finds for these words."""
    return search(query, (*(service.title for service in SERVICES), *FEATURES))


def _answer(state: State) -> Action | None:
    query = state.param("query")
    return None if find(query).titles else Replace("no_results", {"query": query})


# --- asking ---------------------------------------------------------------------------------------


def _submit(state: State) -> Action | None:
    words = state.text("search_input").strip()
    return _ask(state, words) if words else None


def _ask(state: State, words: str) -> Action:
    """Opens the results and puts the words at the top of the history."""
    kept = [past for past in _history(state) if past != words]
    history = "|".join([words, *kept][:HISTORY_LENGTH])
    return Do(Set({"history": history}), Go("results", {"query": words}))


def _history(state: State) -> list[str]:
    return [words for words in state.text("history").split("|") if words]


def _search(state: State) -> Widget:
    parts: tuple[Widget, ...] = (_words("热门搜索", HOT_WORDS, "search_hot"),)
    past = _history(state)
    if past:
        forget = icon_button(
            "trash-can-outline",
            "清空搜索历史",
            Set({"history": ""}),
            id="search_clear_history",
            size=20,
            color=TEXT_SECOND,
        )
        parts = (_words("搜索历史", past, "search_history", forget), *parts)
    body = Scroll(children=parts, gap=GAP, padding=(GAP, MARGIN), grow=True)
    return Page(background=GROUND, top=CARD, children=(_search_bar(), body))


def _search_bar() -> Row:
    field = Input(
        key="search_input",
        id="search_input",
        hint="搜服务、搜政策",
        height=44,
        size=16,
        grow=True,
        on_enter=Decide(_submit),
    )
    box = Row(
        grow=True,
        gap=4,
        height=44,
        radius=22,
        background="#F0F2F5",
        padding=(0, 12),
        children=(Icon(name="magnify", size=20, color=TEXT_SECOND), field),
    )
    return Row(
        background=CARD,
        padding=(4, 0),
        children=(
            icon_button("chevron-left", "返回", Back(), id="back", size=28),
            box,
            link("搜索", Decide(_submit), id="search_submit", size=16),
        ),
    )


def _words(
    title: str, words: tuple[str, ...] | list[str], id: str, right: Widget | None = None
) -> Column:
    chips = (
        chip(word, Decide(partial(_ask, words=word)), id=f"{id}_{place}")
        for place, word in enumerate(words, 1)
    )
    return card(
        section_title(title, right), Grid(columns=2, gap=8, children=tuple(chips)), gap=4, id=id
    )


# --- answers --------------------------------------------------------------------------------------


def _results(edition: Edition, state: State) -> Widget:
    query = state.param("query")
    if state.busy("search"):
        content: tuple[Widget, ...] = (waiting("正在搜索…"),)
    else:
        content = _found(edition, find(query))
    body = Scroll(children=content, gap=GAP, padding=(GAP, MARGIN), grow=True)
    return Page(background=GROUND, top=CARD, children=(_query_bar(query), body))


def _query_bar(query: str) -> Row:
    """The words that were searched for; a tap leads back to change them."""
    box = Row(
        id="results_query",
        description=f"搜索词 {query}",
        on_tap=Back(),
        grow=True,
        gap=8,
        height=TARGET,
        radius=24,
        background="#F0F2F5",
        padding=(0, 14),
        children=(
            Icon(name="magnify", size=20, color=TEXT_SECOND),
            Label(text=query, size=16, grow=True, lines=1),
        ),
    )
    return Row(
        background=CARD,
        padding=(4, 0),
        children=(
            icon_button("chevron-left", "返回", Back(), id="back", size=28),
            box,
            Space(width=MARGIN),
        ),
    )


def _found(edition: Edition, found: Found) -> tuple[Widget, ...]:
    rows = (_result(edition, title) for title in found.titles)
    count = Label(text=f"共找到 {len(found.titles)} 条结果", size=13, color=TEXT_SECOND)
    listed = rows_card(*rows, id="search_results")
    if not found.meant:
        return (count, listed)
    meant = Row(
        id="search_meant",
        on_tap=Replace("results", {"query": found.meant}),
        background=PRIMARY_PALE,
        radius=12,
        padding=(14, MARGIN),
        children=(
            Label(text="您是不是要找：", size=15),
            Label(text=found.meant, size=15, bold=True, color=PRIMARY, id="search_meant_title"),
        ),
    )
    return (meant, count, listed)


def _result(edition: Edition, title: str) -> Row:
    service = next((each for each in SERVICES if each.title == title), None)
    if service is None:
        subtitle, action = FEATURES[title]
        return list_row(
            title,
            action,
            icon=round_icon("apps", PRIMARY, 36),
            subtitle=subtitle,
            title_id="result_title",
        )
    field = category(service.category)
    return list_row(
        title,
        Go("guide", {"service": _opened(edition, service)}),
        icon=round_icon(field.icon, field.color, 36),
        subtitle=service.department,
        title_id="result_title",
    )


def _opened(edition: Edition, service: Service) -> str:
    """The service whose guide a result opens: itself, as long as nothing is planted."""
    wrong = edition.has(plants.WRONG_SEARCH_RESULT) and service.key == "contribution_query"
    return "card_loss" if wrong else service.key


def _no_results(state: State) -> Widget:
    query = state.param("query")
    tips = card(
        section_title("您可以"),
        Label(text="· 检查输入的文字有没有错误", size=15, color=TEXT_SECOND),
        Label(text="· 换一个更短的词，如“公积金”", size=15, color=TEXT_SECOND),
        Label(text="· 拨打 12345 咨询", size=15, color=TEXT_SECOND),
        gap=8,
    )
    content = (
        emptiness(f"没有找到与“{query}”相关的内容", "换个词试试吧", id="no_results"),
        tips,
        button("浏览全部服务", Root("services"), id="no_results_browse"),
    )
    body = Scroll(children=content, gap=GAP, padding=(GAP, MARGIN), grow=True)
    return Page(background=GROUND, top=CARD, children=(_query_bar(query), body))
