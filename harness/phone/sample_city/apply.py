"""An application: three pages of a form, a review, and what comes back."""

from __future__ import annotations

from functools import partial

from harness.phone.app import Action, After, Back, Crash, Decide, Do, Go, Screen, Set, State, Values
from harness.phone.sample_city import plants
from harness.phone.sample_city.editions import Edition
from harness.phone.sample_city.forms import (
    Errors,
    checked,
    cleared,
    error_of,
    identity_number_error,
    name_error,
)
from harness.phone.sample_city.services import Service, service
from harness.phone.sample_city.session import finish, to_home
from harness.phone.sample_city.sms_code import mobile_error
from harness.phone.sample_city.theme import (
    GAP,
    LINE,
    PRIMARY,
    RED,
    TARGET,
    TEXT_SECOND,
    button,
    card,
    choice,
    fact,
    finished,
    footer,
    input_box,
    link,
    page,
    second_button,
    section_title,
    skeleton,
    text_field,
    working_footer,
)
from harness.phone.widgets import Check, Column, Divider, Label, Row, Widget

NUMBER = "YL20251020001"
"""The acceptance number of what is submitted."""

MOST_MATERIALS = 4
"""No service asks for more."""

_CRASH = (
    "java.lang.NullPointerException: Attempt to invoke virtual method "
    "'java.lang.String java.lang.Object.toString()' on a null object reference"
)
_STEPS = ("申请人", "事项", "材料", "确认")
_REASONS = {
    "residence_permit": ("务工就业", "经商", "就读", "投靠亲属"),
    "fund_withdrawal": ("租房提取", "购房提取", "偿还贷款", "离退休提取"),
}
_OTHER_REASONS = ("首次申请", "变更", "补办")
_AMOUNTS = {
    "residence_permit": ("居住时长（月）", "请输入在本市居住的月数"),
    "fund_withdrawal": ("提取金额（元）", "请输入提取金额"),
}
_OTHER_AMOUNT = ("申请份数", "请输入份数")


def screens(edition: Edition) -> tuple[Screen, ...]:
    """The screens of an application."""
    loading = After(0.5, Do(), name="load")
    return (
        Screen("apply_applicant", _applicant, on_open=Do(Decide(_fresh), loading)),
        Screen("apply_details", partial(_details, edition)),
        Screen("apply_materials", _materials),
        Screen("apply_review", _review),
        Screen("apply_done", _done),
    )


def _fresh(state: State) -> Action:
    """An empty form; the number that the user logged in with is already in."""
    return Set(
        {
            **cleared("apply_name", "apply_identity", "apply_mobile", "apply_amount"),
            "apply_mobile": state.text("mobile"),
            "apply_reason": "",
            "apply_reason_error": "",
            "apply_materials_error": "",
            "apply_consent": False,
            "apply_consent_error": "",
            **_ticks(MOST_MATERIALS, False),
        }
    )


def _ticks(count: int, ticked: bool) -> Values:
    return {f"apply_material_{place}": ticked for place in range(1, count + 1)}


def _onward(state: State, screen: str) -> Action:
    return Go(screen, {"service": state.param("service")})


def _form_page(step: int, state: State, *children: Widget, below: Row) -> Widget:
    shown = service(state.param("service"))
    return page(shown.title, _steps(step), *children, footer=below, scroll_id="apply_scroll")


def _steps(current: int) -> Row:
    """Which of the form's pages this is."""
    marks = (_step(place, text, current) for place, text in enumerate(_STEPS, 1))
    return Row(children=tuple(marks), align="start", padding=(4, 0))


def _step(place: int, text: str, current: int) -> Column:
    reached = place <= current
    color = PRIMARY if reached else "#C9CDD4"
    number = Column(
        width=26,
        height=26,
        radius=13,
        background=color,
        align="center",
        pack="center",
        children=(
            Label(text=str(place), size=13, bold=True, color="#FFFFFF" if reached else "#3C424B"),
        ),
    )
    label = Label(
        text=text,
        size=13,
        color=PRIMARY if reached else TEXT_SECOND,
        bold=place == current,
        align="center",
    )
    return Column(grow=True, align="center", gap=4, children=(number, label))


# --- page 1: who ----------------------------------------------------------------------------------


def _applicant(state: State) -> Widget:
    if state.busy("load"):
        return page(service(state.param("service")).title, skeleton(4), skeleton(4))
    number = input_box("apply_identity", "请输入 18 位身份证号码", max_length=18)
    mobile = input_box("apply_mobile", "请输入 11 位手机号", number=True, max_length=11)
    name = input_box("apply_name", "请输入真实姓名", max_length=20)
    fields = card(
        section_title("申请人信息"),
        text_field("姓名", name, error_of(state, "apply_name")),
        text_field("身份证号码", number, error_of(state, "apply_identity")),
        text_field("联系电话", mobile, error_of(state, "apply_mobile")),
        gap=GAP,
    )
    onward = checked(_applicant_errors, Decide(partial(_onward, screen="apply_details")))
    hint = Label(text="请如实填写，信息仅用于本次办理。", size=13, color=TEXT_SECOND)
    return _form_page(
        1, state, fields, hint, below=footer(button("下一步", onward, id="apply_next", grow=True))
    )


def _applicant_errors(state: State) -> Errors:
    return {
        "apply_name": name_error(state.text("apply_name")),
        "apply_identity": identity_number_error(state.text("apply_identity")),
        "apply_mobile": mobile_error(state.text("apply_mobile")),
    }


# --- page 2: what ---------------------------------------------------------------------------------


def _reasons(shown: Service) -> tuple[str, ...]:
    return _REASONS.get(shown.key, _OTHER_REASONS)


def _details(edition: Edition, state: State) -> Widget:
    shown = service(state.param("service"))
    title, hint = _AMOUNTS.get(shown.key, _OTHER_AMOUNT)
    reasons = (
        choice("apply_reason", reason, id=f"apply_reason_{place}")
        for place, reason in enumerate(_reasons(shown), 1)
    )
    amount = input_box("apply_amount", hint, number=True, max_length=8)
    onward: Action = checked(_details_errors, Decide(partial(_onward, screen="apply_materials")))
    if edition.has(plants.CRASH_ON_FORM_PAGE_2):
        onward = Crash(_CRASH)
    return _form_page(
        2,
        state,
        card(section_title("申请事由"), *reasons, *_error(state, "apply_reason"), gap=4),
        card(text_field(title, amount, error_of(state, "apply_amount"))),
        below=_two_buttons("下一步", onward, "apply_next"),
    )


def _details_errors(state: State) -> Errors:
    amount = state.text("apply_amount")
    good = amount.isdigit() and int(amount) > 0
    return {
        "apply_reason": "" if state.text("apply_reason") else "请选择申请事由",
        "apply_amount": "" if good else "请输入大于 0 的整数",
    }


def _error(state: State, key: str) -> tuple[Widget, ...]:
    text = error_of(state, key)
    return (Label(text=text, size=13, color=RED, id=f"{key}_error"),) if text else ()


def _two_buttons(text: str, onward: Action, id: str) -> Row:
    return footer(
        second_button("上一步", Back(), id="apply_previous", grow=True),
        button(text, onward, id=id, grow=True),
    )


# --- page 3: with what ----------------------------------------------------------------------------


def _materials(state: State) -> Widget:
    materials = service(state.param("service")).guide.materials
    everything = link("全选", Set(_ticks(len(materials), True)), id="apply_all_materials", size=15)
    rows: list[Widget] = []
    for place, material in enumerate(materials, 1):
        rows += [_material(place, material), Divider(color=LINE)]
    onward = checked(_materials_errors, Decide(partial(_onward, screen="apply_review")))
    return _form_page(
        3,
        state,
        card(
            section_title("申请材料", everything),
            *rows[:-1],
            *_error(state, "apply_materials"),
            gap=4,
        ),
        Label(
            text="材料已从电子证照库和“我的文档”中取得，请勾选需要提交的材料。",
            size=13,
            color=TEXT_SECOND,
        ),
        below=_two_buttons("下一步", onward, "apply_next"),
    )


def _material(place: int, material: str) -> Column:
    tick = Check(
        key=f"apply_material_{place}",
        id=f"apply_material_{place}",
        text=material,
        size=16,
        height=TARGET,
        color=PRIMARY,
    )
    source = Label(text=f"附件：{material}.pdf", size=13, color=TEXT_SECOND, padding=(0, 28))
    return Column(children=(tick, source), padding=(2, 0))


def _materials_errors(state: State) -> Errors:
    count = len(service(state.param("service")).guide.materials)
    ticked = all(state.flag(f"apply_material_{place}") for place in range(1, count + 1))
    return {"apply_materials": "" if ticked else "请勾选全部必交材料"}


# --- review, commit, done -------------------------------------------------------------------------


def _review(state: State) -> Widget:
    shown = service(state.param("service"))
    title, _ = _AMOUNTS.get(shown.key, _OTHER_AMOUNT)
    sent = Do(
        Set({"applied": shown.key, "applied_name": state.text("apply_name")}),
        finish("apply_done", {"service": shown.key}),
    )
    submit = checked(_review_errors, After(1.2, sent, name="submit"))
    consent = Check(
        key="apply_consent",
        id="apply_consent",
        text="我承诺所填信息真实、准确、完整",
        size=15,
        height=TARGET,
        color=PRIMARY,
    )
    facts = card(
        section_title("请核对申请信息"),
        fact("办理事项", shown.title, id="review_service"),
        fact("姓名", state.text("apply_name"), id="review_name"),
        fact("身份证号码", state.text("apply_identity"), id="review_identity"),
        fact("联系电话", state.text("apply_mobile"), id="review_mobile"),
        fact("申请事由", state.text("apply_reason"), id="review_reason"),
        fact(title, state.text("apply_amount"), id="review_amount"),
        fact("申请材料", "\n".join(shown.guide.materials), id="review_materials"),
        gap=GAP,
    )
    return _form_page(
        4,
        state,
        facts,
        card(consent, *_error(state, "apply_consent"), padding=8),
        below=working_footer("正在提交…")
        if state.busy("submit")
        else _two_buttons("确认提交", submit, "apply_submit"),
    )


def _review_errors(state: State) -> Errors:
    return {"apply_consent": "" if state.flag("apply_consent") else "请先勾选承诺"}


def _done(state: State) -> Widget:
    shown = service(state.param("service"))
    return page(
        "提交成功",
        finished(
            "申请已提交",
            f"{shown.title} · 受理编号 {NUMBER}",
            "将在 1 个工作日内受理，结果会以短信通知您。",
            id="apply_done",
        ),
        button("查看进度", Go("applications"), id="apply_done_progress"),
        second_button("返回首页", to_home(), id="apply_done_home"),
    )
