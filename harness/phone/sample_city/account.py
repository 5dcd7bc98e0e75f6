"""The account: my page, login, registration, real-name authentication."""

from __future__ import annotations

from dataclasses import replace

from harness.phone.app import (
    Action,
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
)
from harness.phone.sample_city import plants, sms_code
from harness.phone.sample_city.editions import Edition
from harness.phone.sample_city.forms import (
    Errors,
    checked,
    cleared,
    error_of,
    identity_number_error,
    name_error,
)
from harness.phone.sample_city.session import PASSWORD, finish, sign_in, to_home, with_login
from harness.phone.sample_city.sms_code import code_error, code_field, masked, mobile_error
from harness.phone.sample_city.theme import (
    CARD,
    GAP,
    GROUND,
    MARGIN,
    PRIMARY,
    PRIMARY_PALE,
    RED,
    TARGET,
    TEXT_SECOND,
    button,
    card,
    choice,
    fact,
    finished,
    footer,
    icon_button,
    input_box,
    link,
    list_row,
    page,
    round_icon,
    rows_card,
    second_button,
    section_title,
    tab_bar,
    text_field,
    tile,
    top_bar,
    working,
)
from harness.phone.widgets import (
    Check,
    Column,
    Grid,
    Icon,
    Illustration,
    Label,
    Page,
    Row,
    Scroll,
    SlideLock,
    Space,
    Spinner,
    Widget,
)

WHITE = "#FFFFFF"
NAME = "样小云"
FACE_CHECK_S = 4.0
SLIDE_S = 3.0


def screens(edition: Edition) -> tuple[Screen, ...]:
    """The screens of the account."""
    small = edition.has(plants.SMALL_AGREEMENT_CHECKBOX)
    verified = Do(Set({"verified": True}), Replace("identity_done"))
    return (
        Screen("account", _account),
        Screen("login", lambda state: _login(small, state), on_open=Set(_FRESH_LOGIN)),
        Screen("register", _register, on_open=Set(_FRESH_REGISTER)),
        Screen("register_done", _register_done),
        Screen("identity", _identity, on_open=Set(_FRESH_IDENTITY)),
        Screen("face_check", _face_check, person=After(FACE_CHECK_S, verified, name="face")),
        Screen("identity_done", _identity_done),
    )


def dialogs(edition: Edition) -> tuple[Dialog, ...]:
    """The dialogs of the account."""
    person = After(SLIDE_S, _SLIDER_PASSED, name="slide")
    return (Dialog("slider", _slider, person=person),)


# --- my page --------------------------------------------------------------------------------------


def _account(state: State) -> Widget:
    body = Scroll(
        grow=True,
        gap=GAP,
        padding=(GAP, MARGIN),
        children=(_shortcuts(), _rows(state)),
    )
    return Page(
        background=GROUND,
        top=PRIMARY,
        status_light=True,
        children=(_profile(state), body, tab_bar("account")),
    )


def _profile(state: State) -> Row:
    signed_in = state.flag("logged_in")
    face = Column(
        width=60,
        height=60,
        radius=30,
        background=WHITE,
        align="center",
        pack="center",
        children=(Icon(name="account", size=38, color=PRIMARY),),
    )
    texts = _signed_in_texts(state) if signed_in else _signed_out_texts()
    person = Row(
        grow=True,
        gap=GAP,
        height=76,
        id="account_profile" if signed_in else "account_login",
        description="" if signed_in else "登录",
        on_tap=Go("identity") if signed_in else Go("login"),
        children=(face, texts),
    )
    cog = icon_button("cog-outline", "设置", Go("settings"), id="account_settings", color=WHITE)
    return Row(background=PRIMARY, padding=(12, MARGIN), children=(person, cog))


def _signed_in_texts(state: State) -> Column:
    state_text = "已实名" if state.flag("verified") else "未认证，点击认证"
    return Column(
        grow=True,
        gap=4,
        children=(
            Label(text=NAME, size=20, bold=True, color=WHITE, id="account_name"),
            Row(
                gap=8,
                children=(
                    Label(
                        text=masked(state.text("mobile")), size=14, color=WHITE, id="account_mobile"
                    ),
                    Label(
                        text=state_text,
                        size=12,
                        color=PRIMARY,
                        background=WHITE,
                        radius=9,
                        padding=(1, 8),
                        id="account_identity",
                    ),
                ),
            ),
        ),
    )


def _signed_out_texts() -> Column:
    return Column(
        grow=True,
        gap=4,
        children=(
            Label(text="登录 / 注册", size=20, bold=True, color=WHITE),
            Label(text="登录后查看办件和证照", size=14, color=WHITE),
        ),
    )


def _shortcuts() -> Column:
    tiles = (
        ("applications", "我的办件", "clipboard-text", "#5B53D6", with_login(Go("applications"))),
        ("licences", "电子证照", "card-account-details", "#B7620C", with_login(Go("licences"))),
        ("request", "我要诉求", "phone-in-talk", "#D4453B", with_login(Go("request_category"))),
        ("identity", "实名认证", "shield-check", "#0E8A7D", with_login(Go("identity"))),
    )
    return card(
        Grid(
            columns=4,
            gap=8,
            children=tuple(
                tile(f"account_{key}", round_icon(icon, color), text, action)
                for key, text, icon, color, action in tiles
            ),
        ),
        padding=12,
    )


def _rows(state: State) -> Column:
    return rows_card(
        list_row(
            "我的消息", Root("messages"), id="account_messages", icon=_row_icon("bell-outline")
        ),
        list_row(
            "我的收藏", Toast("暂无收藏"), id="account_favourites", icon=_row_icon("star-outline")
        ),
        list_row(
            "更换手机号",
            with_login(Go("change_mobile")),
            id="account_change_mobile",
            icon=_row_icon("cellphone"),
        ),
        list_row(
            "隐私政策",
            Go("privacy_policy"),
            id="account_privacy",
            icon=_row_icon("shield-account"),
        ),
        list_row("设置", Go("settings"), id="account_settings_row", icon=_row_icon("cog-outline")),
    )


def _row_icon(name: str) -> Icon:
    return Icon(name=name, size=22, color=PRIMARY)


# --- login ----------------------------------------------------------------------------------------

_FRESH_LOGIN = {
    **cleared("login_mobile", "login_code", "login_password"),
    **sms_code.fresh("login"),
    "login_mode": "code",
    "login_agreed": False,
    "login_agreed_error": "",
}


def _login(small: bool, state: State) -> Widget:
    by_code = state.text("login_mode", "code") == "code"
    secret = _login_code(state) if by_code else _login_password(state)
    mobile = input_box("login_mobile", "请输入 11 位手机号", number=True, max_length=11)
    submit = checked(_login_errors, After(0.8, Decide(_signed_in), name="login"))
    fields = card(
        _login_tabs(by_code),
        text_field("手机号", mobile, error_of(state, "login_mobile")),
        secret,
        _agreement(small, state),
        working("正在登录…") if state.busy("login") else button("登录", submit, id="login_submit"),
        Row(
            pack="between",
            children=(
                link("忘记密码", Toast("请使用验证码登录"), id="login_forgot"),
                link("注册账号", Go("register"), id="login_register"),
            ),
        ),
        gap=GAP,
    )
    return Page(
        background=GROUND,
        top=CARD,
        children=(
            top_bar("登录"),
            Scroll(grow=True, gap=MARGIN, padding=(20, MARGIN), children=(_welcome(), fields)),
        ),
    )


def _welcome() -> Row:
    return Row(
        gap=GAP,
        children=(
            round_icon("home-city", PRIMARY, 52),
            Column(
                gap=2,
                children=(
                    Label(text="欢迎使用样例市民云", size=20, bold=True),
                    Label(text="一次登录，全市通办", size=14, color=TEXT_SECOND),
                ),
            ),
        ),
    )


def _login_tabs(by_code: bool) -> Row:
    tabs = (("code", "验证码登录", by_code), ("password", "密码登录", not by_code))
    return Row(children=tuple(_login_tab(*tab) for tab in tabs))


def _login_tab(mode: str, text: str, chosen: bool) -> Column:
    color = PRIMARY if chosen else TEXT_SECOND
    return Column(
        id=f"login_by_{mode}",
        on_tap=Set({"login_mode": mode}),
        grow=True,
        height=TARGET,
        pack="center",
        align="center",
        gap=6,
        children=(
            Label(text=text, size=16, bold=chosen, color=color),
            Column(width=28, height=3, radius=2, background=PRIMARY if chosen else CARD),
        ),
    )


def _login_code(state: State) -> Widget:
    ask = checked(
        lambda state: {"login_mobile": mobile_error(state.text("login_mobile"))},
        sms_code.send("login"),
    )
    return code_field(state, "login", ask, error_of(state, "login_code"))


def _login_password(state: State) -> Widget:
    field = input_box("login_password", "请输入密码", password=True, max_length=20)
    return text_field("密码", field, error_of(state, "login_password"))


AGREED = "我已阅读并同意《用户协议》和《隐私政策》"


def _agreement_tick(key: str) -> Check:
    return Check(key=key, id=key, text=AGREED, size=13, height=TARGET, color=PRIMARY)


def _agreement_error(key: str, state: State) -> tuple[Label, ...]:
    error = error_of(state, key)
    return (Label(text=error, size=13, color=RED, id=f"{key}_error"),) if error else ()


def _agreement(small: bool, state: State) -> Column:
    tick = _agreement_tick("login_agreed")
    row: Widget = tick
    if small:
        bare = replace(tick, text="", description="同意用户协议和隐私政策", width=22, height=22)
        beside = Label(text=AGREED, size=13, color=TEXT_SECOND, grow=True)
        row = Row(children=(bare, beside), gap=4)
    return Column(children=(row, *_agreement_error("login_agreed", state)))


def _login_errors(state: State) -> Errors:
    by_code = state.text("login_mode") == "code"
    return {
        "login_mobile": mobile_error(state.text("login_mobile")),
        "login_code": code_error(state, "login") if by_code else "",
        "login_password": "" if by_code else _password_error(state),
        "login_agreed": "" if state.flag("login_agreed") else "请先阅读并同意协议",
    }


def _password_error(state: State) -> str:
    typed = state.text("login_password")
    if not typed:
        return "请输入密码"
    return "" if typed == state.text("password", PASSWORD) else "手机号或密码错误，请重新输入"


def _signed_in(state: State) -> Action:
    return Do(Toast("登录成功"), sign_in(state.text("login_mobile")))


# --- registration ---------------------------------------------------------------------------------

_REGISTER_KEYS = (
    "register_mobile",
    "register_code",
    "register_password",
    "register_password_again",
)
_FRESH_REGISTER = {
    **cleared(*_REGISTER_KEYS),
    **sms_code.fresh("register"),
    "register_agreed": False,
    "register_agreed_error": "",
}
_SLIDER_PASSED: Action = Do(Close(), sms_code.send("register"))


def _register(state: State) -> Widget:
    mobile = input_box("register_mobile", "请输入 11 位手机号", number=True, max_length=11)
    password = input_box("register_password", "8-20 位，含字母和数字", password=True, max_length=20)
    again = input_box("register_password_again", "请再次输入密码", password=True, max_length=20)
    ask = checked(
        lambda state: {"register_mobile": mobile_error(state.text("register_mobile"))},
        Do(sms_code.asked("register"), Open("slider")),
    )
    created = Decide(
        lambda state: Do(
            Set(
                {
                    "logged_in": True,
                    "mobile": state.text("register_mobile"),
                    "password": state.text("register_password"),
                }
            ),
            finish("register_done"),
        )
    )
    submit = checked(_register_errors, After(0.8, created, name="register"))
    return page(
        "注册账号",
        card(
            text_field("手机号", mobile, error_of(state, "register_mobile")),
            code_field(state, "register", ask, error_of(state, "register_code")),
            text_field("设置密码", password, error_of(state, "register_password")),
            text_field("确认密码", again, error_of(state, "register_password_again")),
            _agreement_tick("register_agreed"),
            *_agreement_error("register_agreed", state),
            gap=GAP,
        ),
        working("正在注册…")
        if state.busy("register")
        else button("注册", submit, id="register_submit"),
        scroll_id="register_scroll",
    )


def _register_errors(state: State) -> Errors:
    password = state.text("register_password")
    strong = len(password) >= 8 and not password.isdigit() and not password.isalpha()
    same = password == state.text("register_password_again")
    return {
        "register_mobile": mobile_error(state.text("register_mobile")),
        "register_code": code_error(state, "register"),
        "register_password": "" if strong else "密码为 8-20 位，须含字母和数字",
        "register_password_again": "" if same else "两次输入的密码不一致",
        "register_agreed": "" if state.flag("register_agreed") else "请先阅读并同意协议",
    }


def _slider(state: State) -> Widget:
    return Column(
        width=312,
        background=CARD,
        radius=16,
        padding=20,
        gap=MARGIN,
        children=(
            Row(
                children=(
                    Label(text="安全验证", size=18, bold=True, grow=True, id="dialog_title"),
                    icon_button("close", "关闭", Close(), id="slider_close", size=22),
                )
            ),
            Illustration(
                name="skyline", height=120, radius=8, tint=PRIMARY, background=PRIMARY_PALE
            ),
            SlideLock(
                text="向右拖动滑块完成验证",
                on_pass=_SLIDER_PASSED,
                id="slider_lock",
                description="滑块验证",
                height=TARGET,
            ),
        ),
    )


def _register_done(state: State) -> Widget:
    return page(
        "注册成功",
        finished(
            "注册成功",
            f"已为您登录 {masked(state.text('mobile'))}",
            "完成实名认证后可以办理更多事项。",
            id="register_done",
        ),
        button("立即实名认证", Replace("identity"), id="register_done_identity"),
        second_button("以后再说", to_home(), id="register_done_later"),
    )


# --- real-name authentication ---------------------------------------------------------------------

_FRESH_IDENTITY = {
    **cleared("identity_name", "identity_number"),
    "identity_type": "居民身份证",
}


def _identity(state: State) -> Widget:
    if state.flag("verified"):
        return _identity_known(state)
    name = input_box("identity_name", "请输入真实姓名", max_length=20)
    number = input_box("identity_number", "请输入证件号码", max_length=18)
    kinds = (
        choice("identity_type", kind, id=f"identity_type_{place}")
        for place, kind in enumerate(
            ("居民身份证", "港澳居民来往内地通行证", "外国人永久居留身份证"), 1
        )
    )
    onward = checked(_identity_errors, Go("face_check"))
    return page(
        "实名认证",
        card(section_title("证件类型"), *kinds, gap=0),
        card(
            text_field("姓名", name, error_of(state, "identity_name")),
            text_field("证件号码", number, error_of(state, "identity_number")),
            gap=GAP,
        ),
        footer=footer(button("下一步，人脸识别", onward, id="identity_next", grow=True)),
    )


def _identity_errors(state: State) -> Errors:
    return {
        "identity_name": name_error(state.text("identity_name")),
        "identity_number": identity_number_error(state.text("identity_number")),
    }


def _identity_known(state: State) -> Widget:
    return page(
        "实名认证",
        finished("已实名认证", "您可以办理全部事项。", id="identity_verified"),
        card(
            fact("姓名", NAME),
            fact("手机号", masked(state.text("mobile"))),
            gap=GAP,
        ),
    )


def _face_check(state: State) -> Widget:
    return Page(
        background=CARD,
        top=CARD,
        children=(
            top_bar("人脸识别"),
            Column(
                grow=True,
                align="center",
                padding=(24, MARGIN),
                gap=MARGIN,
                children=(
                    Label(
                        text="请正对手机，将面部移入框内", size=18, bold=True, id="face_check_hint"
                    ),
                    Label(text="确保光线充足，请勿遮挡面部", size=14, color=TEXT_SECOND),
                    Space(height=12),
                    Illustration(
                        name="face_oval",
                        width=260,
                        height=300,
                        tint=PRIMARY,
                        id="face_check_camera",
                        description="取景框",
                    ),
                    Row(
                        gap=8,
                        children=(
                            Spinner(size=20, color=PRIMARY),
                            Label(text="正在识别…", size=15, color=PRIMARY),
                        ),
                    ),
                ),
            ),
        ),
    )


def _identity_done(state: State) -> Widget:
    return page(
        "认证成功",
        finished("实名认证成功", "您可以办理全部事项了。", id="identity_done"),
        button("完成", Root("account"), id="identity_finish"),
    )
