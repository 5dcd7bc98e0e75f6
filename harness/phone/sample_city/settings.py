"""Settings: mobile number, elder mode, text size, about, logging out."""

from __future__ import annotations

from functools import partial

from harness.phone.app import (
    After,
    Close,
    Decide,
    Dialog,
    Do,
    Go,
    Open,
    Replace,
    Root,
    Screen,
    Set,
    State,
    Toast,
    Values,
)
from harness.phone.sample_city import plants, sms_code
from harness.phone.sample_city.editions import Edition
from harness.phone.sample_city.forms import Errors, checked, cleared, error_of
from harness.phone.sample_city.session import SIGNED_OUT, to_home, with_login
from harness.phone.sample_city.sms_code import code_error, code_field, masked, mobile_error
from harness.phone.sample_city.theme import (
    GAP,
    MARGIN,
    PRIMARY,
    TARGET,
    TEXT_SECOND,
    button,
    card,
    choice,
    dialog_box,
    fact,
    finished,
    footer,
    input_box,
    list_row,
    page,
    round_icon,
    rows_card,
    second_button,
    section_title,
    text_field,
    working_footer,
)
from harness.phone.widgets import Check, Column, Label, Row, Widget

TEXT_FACTORS = {"标准": 1.0, "大": 1.15, "特大": 1.3}
"""How much larger texts are at each text size."""


def screens(edition: Edition) -> tuple[Screen, ...]:
    """The screens of the settings."""
    return (
        Screen("settings", partial(_settings, edition.version)),
        Screen(
            "change_mobile",
            partial(_change_mobile, edition.has(plants.LOST_MOBILE_NUMBER)),
            on_open=Set(_FRESH_CHANGE),
        ),
        Screen("change_mobile_done", _change_mobile_done),
        Screen("text_size", _text_size),
        Screen("about", partial(_about, edition.version)),
    )


def dialogs(edition: Edition) -> tuple[Dialog, ...]:
    """The dialogs of the settings."""
    return (Dialog("log_out", _log_out),)


def text_factor(state: State) -> float:
    """How much larger the user wants texts."""
    return TEXT_FACTORS.get(state.text("text_size"), 1.0)


def _settings(version: str, state: State) -> Widget:
    account = rows_card(
        list_row(
            "更换手机号",
            with_login(Go("change_mobile")),
            id="settings_change_mobile",
            note=masked(state.text("mobile")),
        ),
        list_row("实名认证", with_login(Go("identity")), id="settings_identity"),
    )
    display = rows_card(
        _elder_row(state.flag("elder")),
        list_row(
            "字体大小",
            Go("text_size"),
            id="settings_text_size",
            note=state.text("text_size", "标准"),
        ),
        _switch_row("消息通知", "settings_notify"),
    )
    about = rows_card(
        list_row("隐私政策", Go("privacy_policy"), id="settings_privacy"),
        list_row("清除缓存", Toast("缓存已清除"), id="settings_clear_cache", note="12.6 MB"),
        list_row("关于我们", Go("about"), id="settings_about", note=f"v{version}"),
    )
    leave: tuple[Widget, ...] = ()
    if state.flag("logged_in"):
        leave = (second_button("退出登录", Open("log_out"), id="settings_log_out"),)
    return page("设置", account, display, about, *leave)


def _elder_row(elder: bool) -> Row:
    """The way into elder mode and out of it: a row, so that its words can be touched too."""
    return list_row(
        "长辈版",
        Do(Set({"elder": not elder}), to_home()),
        id="settings_elder",
        subtitle="大字体、大图标",
        note="去退出" if elder else "去切换",
    )


def _switch_row(text: str, key: str) -> Row:
    return Row(
        padding=(4, MARGIN),
        children=(
            Label(text=text, size=16, grow=True),
            Check(key=key, id=key, kind="switch", description=text, height=TARGET, color=PRIMARY),
        ),
    )


def _log_out(state: State) -> Widget:
    leave = Do(Close(), Set(SIGNED_OUT), Root("account"), Toast("已退出登录"))
    return dialog_box(
        "退出登录",
        Label(text="确定要退出当前账号吗？", size=16, align="center"),
        buttons=(
            second_button("取消", Close(), id="log_out_cancel", grow=True),
            button("退出", leave, id="log_out_confirm", grow=True),
        ),
    )


# --- another mobile number ------------------------------------------------------------------------


_FRESH_CHANGE: Values = {**cleared("change_mobile", "change_code"), **sms_code.fresh("change")}


def _change_mobile(loses_input: bool, state: State) -> Widget:
    send = sms_code.send("change", **({"change_mobile": ""} if loses_input else {}))
    ask = checked(lambda state: {"change_mobile": mobile_error(state.text("change_mobile"))}, send)
    changed = Decide(
        lambda state: Do(
            Set({"mobile": state.text("change_mobile")}), Replace("change_mobile_done")
        )
    )
    submit = checked(_change_errors, After(0.8, changed, name="change"))
    mobile = input_box("change_mobile", "请输入新手机号", number=True, max_length=11)
    waiting = working_footer("正在提交…")
    confirm = footer(button("确认更换", submit, id="change_submit", grow=True))
    return page(
        "更换手机号",
        card(fact("当前手机号", masked(state.text("mobile")), id="change_current")),
        card(
            text_field("新手机号", mobile, error_of(state, "change_mobile")),
            code_field(state, "change", ask, error_of(state, "change_code")),
            gap=GAP,
        ),
        Label(text="更换后请使用新手机号登录，原手机号不再接收通知。", size=13, color=TEXT_SECOND),
        footer=waiting if state.busy("change") else confirm,
    )


def _change_errors(state: State) -> Errors:
    mobile = state.text("change_mobile")
    same = mobile == state.text("mobile")
    return {
        "change_mobile": "新手机号与当前手机号相同" if same else mobile_error(mobile),
        "change_code": code_error(state, "change"),
    }


def _change_mobile_done(state: State) -> Widget:
    return page(
        "更换成功",
        finished("手机号已更换", f"新手机号 {masked(state.text('mobile'))}", id="change_done"),
        button("完成", Root("account"), id="change_finish"),
    )


# --- text size, about -----------------------------------------------------------------------------


def _text_size(state: State) -> Widget:
    choices = (
        choice("text_size", size, id=f"text_size_{place}")
        for place, size in enumerate(TEXT_FACTORS, 1)
    )
    return page(
        "字体大小",
        card(
            section_title("预览"),
            Label(text="样例市民云，一个城市，一个入口。", size=16, id="text_size_preview"),
            Label(text="调整后，全部页面的文字随之变大。", size=14, color=TEXT_SECOND),
            gap=8,
        ),
        card(section_title("选择字体大小"), *choices, gap=4),
    )


def _about(version: str, state: State) -> Widget:
    return page(
        "关于我们",
        card(
            Column(
                align="center",
                gap=8,
                padding=(16, 0),
                children=(
                    round_icon("home-city", PRIMARY, 72),
                    Label(text="样例市民云", size=20, bold=True),
                    Label(text=f"版本 {version}", size=14, color=TEXT_SECOND, id="about_version"),
                ),
            )
        ),
        rows_card(
            list_row("检查更新", Toast("已是最新版本"), id="about_update"),
            list_row("隐私政策", Go("privacy_policy"), id="about_privacy"),
        ),
        Label(
            text="样例市是虚构的城市，本 App 仅供测试使用。",
            size=13,
            color=TEXT_SECOND,
            align="center",
        ),
    )
