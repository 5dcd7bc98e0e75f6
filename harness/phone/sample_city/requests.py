"""What was asked for: applications with their progress, a request to 12345, the rating."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from harness.phone.app import Action, After, Decide, Do, Go, Screen, Set, State, Values
from harness.phone.sample_city import plants
from harness.phone.sample_city.apply import NUMBER
from harness.phone.sample_city.editions import Edition
from harness.phone.sample_city.forms import Errors, checked, cleared, error_of
from harness.phone.sample_city.services import service
from harness.phone.sample_city.session import finish, to_home
from harness.phone.sample_city.theme import (
    GAP,
    GREEN,
    GREEN_PALE,
    LINE,
    ORANGE,
    ORANGE_PALE,
    PRIMARY,
    RED,
    TARGET,
    TEXT_SECOND,
    button,
    card,
    chip,
    choice,
    fact,
    finished,
    footer,
    input_box,
    page,
    second_button,
    section_title,
    skeleton,
    text_area,
    text_field,
    waiting,
    working_footer,
)
from harness.phone.widgets import (
    Button,
    Check,
    Column,
    Divider,
    Icon,
    Label,
    Row,
    Stars,
    Widget,
)

FOREVER_S = 86_400.0
"""How long the endless wait lasts: a day."""

_CATEGORIES = (
    ("complaint", "投诉举报", "反映违法违规、扰民等问题", "alert-circle"),
    ("help", "求助", "生活中遇到困难，需要帮助", "headset"),
    ("consult", "咨询", "了解政策和办事流程", "help-circle-outline"),
    ("advice", "意见建议", "对城市管理和服务的建议", "comment-alert-outline"),
)
_RATED = (
    ("rating_speed", "办事效率"),
    ("rating_guide", "办事指南精确度"),
    ("rating_ease", "办事便捷度"),
    ("rating_platform", "平台操作性"),
)


@dataclass(frozen=True)
class Case:
    """Something of the user's that is under way or finished."""

    key: str
    title: str
    number: str
    day: str
    department: str
    finished: bool
    events: tuple[tuple[str, str], ...]
    """What happened and when, the latest first."""


_CASES = (
    Case(
        "streetlight",
        "12345 诉求：湖滨路路灯不亮",
        "RX20251016088",
        "2025-10-16",
        "样例市城市管理局",
        False,
        (
            ("承办单位处理中：已安排抢修人员到场", "2025-10-18 10:26"),
            ("已转派至样例市城市管理局", "2025-10-16 15:40"),
            ("12345 热线已受理", "2025-10-16 14:12"),
            ("诉求已提交", "2025-10-16 14:05"),
        ),
    ),
    Case(
        "permit",
        "居住证签注",
        "YL20250928016",
        "2025-09-28",
        "样例市公安局",
        True,
        (
            ("办结：签注完成", "2025-09-29 16:30"),
            ("审核通过", "2025-09-29 11:02"),
            ("已受理", "2025-09-28 09:20"),
            ("申请已提交", "2025-09-28 09:15"),
        ),
    ),
    Case(
        "insurance",
        "灵活就业参保登记",
        "YL20250811007",
        "2025-08-11",
        "样例市人力资源和社会保障局",
        True,
        (
            ("办结：参保登记完成", "2025-08-13 15:00"),
            ("已受理", "2025-08-11 13:40"),
            ("申请已提交", "2025-08-11 13:32"),
        ),
    ),
)


def screens(edition: Edition) -> tuple[Screen, ...]:
    """The screens of what was asked for."""
    endless = edition.has(plants.ENDLESS_PROGRESS)
    loading = After(0.6, Do(), name="load")
    return (
        Screen("applications", _applications, on_open=Do(Set({"cases": "all"}), loading)),
        Screen(
            "progress",
            _progress,
            on_open=After(FOREVER_S if endless else 0.8, Do(), name="load"),
        ),
        Screen(
            "request_category",
            partial(_request_category, edition),
            on_open=Set({"request_category": "", "request_category_error": ""}),
        ),
        Screen("request_form", _request_form, on_open=Set(_FRESH_REQUEST)),
        Screen("request_done", _request_done),
        Screen("rating", _rating, on_open=Do(Set(_fresh_rating()), loading)),
        Screen("rating_done", _rating_done),
    )


# --- the list of applications ---------------------------------------------------------------------


def cases(state: State) -> tuple[Case, ...]:
    """All of the user's cases, what was just submitted first."""
    fresh: tuple[Case, ...] = ()
    if state.text("applied"):
        applied = service(state.text("applied"))
        day = "2025-10-20"
        events = (("申请已提交，等待受理", f"{day} 09:41"),)
        fresh += (Case("applied", applied.title, NUMBER, day, applied.department, False, events),)
    if state.text("requested"):
        title = f"12345 诉求：{state.text('requested')}"
        events = (("诉求已提交，等待受理", "2025-10-20 09:41"),)
        fresh += (
            Case(
                "requested", title, "RX20251020001", "2025-10-20", "12345 市民热线", False, events
            ),
        )
    return (*fresh, *_CASES)


def _applications(state: State) -> Widget:
    if state.busy("load"):
        return page("我的办件", skeleton(3), skeleton(3), skeleton(3))
    shown = state.text("cases", "all")
    tabs = Row(
        gap=8,
        children=tuple(
            chip(
                text,
                Set({"cases": key}),
                id=f"applications_{key}",
                chosen=key == shown,
                fill="#FFFFFF",
            )
            for key, text in (("all", "全部"), ("open", "办理中"), ("closed", "已办结"))
        ),
    )
    listed = [
        case for case in cases(state) if shown in ("all", "closed" if case.finished else "open")
    ]
    return page(
        "我的办件", tabs, *(_case_card(state, case) for case in listed), scroll_id="applications"
    )


def _case_card(state: State, case: Case) -> Column:
    opened = Go("progress", {"case": case.key})
    head = Row(
        gap=8,
        align="start",
        children=(
            Label(text=case.title, size=16, bold=True, grow=True, id="application_title"),
            _state_tag(case),
        ),
    )
    buttons: tuple[Widget, ...] = (_small_button("查看进度", opened, f"progress_{case.key}"),)
    if case.finished and state.flag(f"rated_{case.key}"):
        buttons = (Label(text="已评价", size=14, color=TEXT_SECOND), *buttons)
    elif case.finished:
        rate = _small_button("评价", Go("rating", {"case": case.key}), f"rate_{case.key}")
        buttons = (rate, *buttons)
    return Column(
        background="#FFFFFF",
        radius=12,
        padding=16,
        gap=8,
        id=f"application_{case.key}",
        on_tap=opened,
        children=(
            head,
            Label(text=f"编号 {case.number}", size=13, color=TEXT_SECOND),
            Label(text=f"{case.department} · {case.day}", size=13, color=TEXT_SECOND),
            Divider(color=LINE),
            Row(gap=GAP, pack="end", children=buttons),
        ),
    )


def _state_tag(case: Case) -> Label:
    return Label(
        text="已办结" if case.finished else "办理中",
        size=12,
        color=GREEN if case.finished else ORANGE,
        background=GREEN_PALE if case.finished else ORANGE_PALE,
        radius=4,
        padding=(2, 6),
    )


def _small_button(text: str, action: Action, id: str) -> Button:
    return Button(
        text=text,
        on_tap=action,
        id=id,
        style="outlined",
        size=14,
        height=44,
        radius=22,
        color=PRIMARY,
    )


# --- progress -------------------------------------------------------------------------------------


def _case(state: State) -> Case:
    wanted = state.param("case")
    found = (case for case in cases(state) if case.key == wanted)
    return next(found, _CASES[0])


def _progress(state: State) -> Widget:
    if state.busy("load"):
        return page("办件进度", waiting("正在查询进度…", id="progress_loading"))
    case = _case(state)
    head = card(
        Row(
            align="start",
            gap=8,
            children=(
                Label(text=case.title, size=18, bold=True, grow=True, id="progress_title"),
                _state_tag(case),
            ),
        ),
        fact("编号", case.number, id="progress_number"),
        fact("承办单位", case.department),
        fact("提交日期", case.day),
        gap=8,
    )
    last = len(case.events) - 1
    events = (
        _event(text, moment, place == 0, place == last)
        for place, (text, moment) in enumerate(case.events)
    )
    line = Column(children=(section_title("办理进度"), *events), gap=4, id="progress_timeline")
    return page("办件进度", head, card(line))


def _event(text: str, moment: str, latest: bool, first: bool) -> Row:
    dot = Icon(
        name="check-circle" if latest else "circle",
        size=20 if latest else 12,
        color=PRIMARY if latest else "#C9CDD4",
        height=24,
    )
    stroke = Column(width=2, background="#FFFFFF" if first else "#DDE2EA", height=28)
    return Row(
        gap=GAP,
        align="start",
        children=(
            Column(width=24, align="center", children=(dot, stroke)),
            Column(
                grow=True,
                gap=2,
                children=(
                    Label(
                        text=text,
                        size=15,
                        bold=latest,
                        color=PRIMARY if latest else "#1F2329",
                        id="progress_latest" if latest else "progress_event",
                    ),
                    Label(text=moment, size=13, color=TEXT_SECOND),
                ),
            ),
        ),
    )


# --- a request to 12345 ---------------------------------------------------------------------------

_FRESH_REQUEST: Values = {
    **cleared("request_title", "request_text", "request_place"),
    "request_anonymous": False,
}


def _request_category(edition: Edition, state: State) -> Widget:
    rows: list[Widget] = []
    for key, title, about, icon in _CATEGORIES:
        rows += [_category_row(key, title, about, icon), Divider(color=LINE)]
    error = error_of(state, "request_category")
    below: tuple[Widget, ...] = (Label(text=error, size=13, color=RED),) if error else ()
    onward: Action = checked(_category_errors, Go("request_form"))
    if edition.has(plants.DEAD_REQUEST_NEXT):
        onward = Do()
    return page(
        "12345 市民热线",
        card(section_title("请选择诉求类型"), *rows[:-1], *below, gap=8),
        Label(text="紧急情况请直接拨打 110、119、120。", size=13, color=TEXT_SECOND),
        footer=footer(button("下一步", onward, id="request_next", grow=True)),
    )


def _category_row(key: str, title: str, about: str, icon: str) -> Row:
    return Row(
        gap=GAP,
        children=(
            Column(
                grow=True,
                children=(
                    choice("request_category", title, id=f"request_category_{key}"),
                    Label(text=about, size=13, color=TEXT_SECOND, padding=(0, 28)),
                ),
            ),
            Icon(name=icon, size=28, color=PRIMARY),
        ),
    )


def _category_errors(state: State) -> Errors:
    chosen = state.text("request_category")
    return {"request_category": "" if chosen else "请选择诉求类型"}


def _request_form(state: State) -> Widget:
    story = text_area("request_text", "请描述时间、地点和经过", height=112, max_length=500)
    title = input_box("request_title", "一句话说明诉求", max_length=30)
    place = input_box("request_place", "如：湖滨路 8 号门前", max_length=50)
    sent = Decide(
        lambda state: Do(Set({"requested": state.text("request_title")}), finish("request_done"))
    )
    submit = checked(_request_errors, After(1.0, sent, name="submit"))
    send = button("提交诉求", submit, id="request_submit", grow=True)
    return page(
        "填写诉求",
        card(
            fact("诉求类型", state.text("request_category"), id="request_kind"),
            text_field("标题", title, error_of(state, "request_title")),
            text_field("诉求内容", story, error_of(state, "request_text")),
            text_field("发生地点", place, error_of(state, "request_place")),
            gap=GAP,
        ),
        card(_anonymity()),
        footer=working_footer("正在提交…") if state.busy("submit") else footer(send),
        scroll_id="request_scroll",
    )


def _anonymity() -> Row:
    words = (
        Label(text="匿名提交", size=16),
        Label(text="承办单位看不到您的姓名", size=13, color=TEXT_SECOND),
    )
    switch = Check(
        key="request_anonymous",
        kind="switch",
        id="request_anonymous",
        description="匿名提交",
        height=TARGET,
        color=PRIMARY,
    )
    return Row(children=(Column(grow=True, children=words), switch))


def _request_errors(state: State) -> Errors:
    return {
        "request_title": "" if state.text("request_title") else "请填写标题",
        "request_text": "" if state.text("request_text") else "请填写诉求内容",
        "request_place": "" if state.text("request_place") else "请填写发生地点",
    }


def _request_done(state: State) -> Widget:
    return page(
        "提交成功",
        finished(
            "诉求已提交",
            "受理编号 RX20251020001",
            "将在 1 个工作日内与您联系，可在“我的办件”中查看进度。",
            id="request_done",
        ),
        button("查看进度", Go("applications"), id="request_done_progress"),
        second_button("返回首页", to_home(), id="request_done_home"),
    )


# --- the rating -----------------------------------------------------------------------------------


def _fresh_rating() -> Values:
    return {
        "rating_overall": 0,
        "rating_overall_error": "",
        "rating_comment": "",
        **{key: 0 for key, _ in _RATED},
    }


_WORDS = ("请选择星级", "非常不满意", "不满意", "基本满意", "满意", "非常满意")


def _rating(state: State) -> Widget:
    if state.busy("load"):
        return page("好差评", skeleton(3), skeleton(4))
    case = _case(state)
    comment = text_area("rating_comment", "说说您的办事感受（选填）", height=88, max_length=200)
    done = Do(Set({f"rated_{case.key}": True}), finish("rating_done", {"case": case.key}))
    submit = checked(_rating_errors, After(0.8, done, name="submit"))
    send = button("提交评价", submit, id="rating_submit", grow=True)
    return page(
        "好差评",
        _overall(state, case),
        card(section_title("分项评价"), *(_rated_item(key, text) for key, text in _RATED), gap=4),
        card(comment),
        footer=working_footer("正在提交…") if state.busy("submit") else footer(send),
        scroll_id="rating_scroll",
    )


def _overall(state: State, case: Case) -> Column:
    stars = state.number("rating_overall")
    error = error_of(state, "rating_overall")
    return card(
        Label(text=case.title, size=17, bold=True, align="center", id="rating_title"),
        Label(text="您对本次服务满意吗？", size=14, color=TEXT_SECOND, align="center"),
        Row(
            pack="center",
            children=(
                Stars(
                    key="rating_overall",
                    id="rating_overall",
                    description="总体评价",
                    size=40,
                    height=TARGET,
                ),
            ),
        ),
        Label(
            text=error or _WORDS[stars],
            size=15,
            color=RED if error else PRIMARY,
            align="center",
            id="rating_word",
        ),
        gap=8,
    )


def _rated_item(key: str, text: str) -> Row:
    return Row(
        children=(
            Label(text=text, size=15, grow=True),
            Stars(key=key, id=key, description=text, size=24, height=TARGET),
        )
    )


def _rating_errors(state: State) -> Errors:
    return {"rating_overall": "" if state.number("rating_overall") else "请先选择总体评价"}


def _rating_done(state: State) -> Widget:
    return page(
        "评价成功",
        finished("感谢您的评价", "您的意见会让服务更好。", id="rating_done"),
        button("返回我的办件", Go("applications"), id="rating_done_back"),
    )
