"""A small App with one of everything that the phone's tests need."""

from __future__ import annotations

from harness.phone.app import (
    After,
    App,
    Back,
    Close,
    Crash,
    Decide,
    Dialog,
    Do,
    Go,
    Hang,
    Open,
    Replace,
    Root,
    Screen,
    Set,
    Sms,
    State,
    Toast,
)
from harness.phone.widgets import (
    Button,
    Check,
    Column,
    Icon,
    Input,
    Label,
    Page,
    Row,
    Scroll,
    SlideLock,
    Space,
    Spinner,
    Stars,
    Widget,
)

PACKAGE = "cn.example.small"
COLD_START_S = 0.6
ROWS = 60
DELAY_S = 3.0

_BUTTONS = (
    ("form", "填写表单", Go("form")),
    ("list", "办事列表", Go("list", {"title": "全部"})),
    ("delay", "提交申请", After(DELAY_S, Go("done"), name="submit")),
    ("delay_anyway", "后台提交", After(DELAY_S, Set({"sent": True}), here=False)),
    ("toast", "提示", Toast("已复制")),
    ("ask", "询问", Open("ask", {"what": "注销"})),
    ("consent", "同意书", Open("consent")),
    ("sms", "发送验证码", After(2.0, Sms("12345", "验证码 482913"), here=False)),
    ("crash", "崩溃", Crash("java.lang.IllegalStateException: 演示")),
    ("hang", "卡住", Hang()),
    ("hang_late", "稍后卡住", Do(After(1.0, Set({"late": True})), Hang())),
    ("count", "倒计时", Go("count")),
    ("secret", "证照", Go("secret")),
    ("check_slider", "滑块", Go("slider")),
    ("chain", "接连", After(1.0, After(1.0, Set({"chained": True})))),
)


def _home(state: State) -> Widget:
    rows = [
        Row(children=(Button(id=name, text=text, on_tap=action, height=40, grow=True),))
        for name, text, action in _BUTTONS
    ]
    status = "提交中" if state.busy("submit") else "空闲"
    return Page(
        children=(
            Label(id="status", text=status),
            Column(
                id="card",
                description="长按这里",
                on_tap=Set({"pressed": "short"}),
                on_long_press=Set({"pressed": "long"}),
                children=(Label(text="卡片"),),
            ),
            *rows,
            Button(id="off", text="不可用", enabled=False, on_tap=Crash("never"), height=40),
            Space(grow=True),
        )
    )


def _submit(state: State) -> Do | Toast:
    if not state.text("name"):
        return Toast("请输入姓名")
    return Do(Set({"submitted": state.text("name")}), Root("done"))


def _form(state: State) -> Widget:
    return Page(
        children=(
            Label(text="表单", size=20),
            Scroll(
                grow=True,
                children=(
                    Input(id="name", key="name", hint="请输入姓名", max_length=6),
                    Input(id="code", key="code", hint="验证码", keyboard="number"),
                    Input(id="secret", key="secret", hint="密码", password=True),
                    Input(id="note", key="note", hint="备注", multiline=True, height=120),
                    Check(id="agree", key="agree", text="我已阅读"),
                    Check(id="woman", key="sex", value="女", text="女", kind="radio"),
                    Check(id="man", key="sex", value="男", text="男", kind="radio"),
                    Stars(id="stars", key="stars"),
                    Space(height=420),
                    Input(
                        id="search",
                        key="search",
                        hint="搜索",
                        on_enter=Set({"searched": True}),
                    ),
                ),
            ),
            Button(id="submit", text="提交", on_tap=Decide(_submit)),
        )
    )


def _list(state: State) -> Widget:
    rows = tuple(
        Label(id="row", text=f"事项 {number}", padding=12, on_tap=Set({"chosen": number}))
        for number in range(ROWS)
    )
    return Page(
        children=(
            Label(id="title", text=state.param("title")),
            Scroll(id="rows", grow=True, children=rows),
        )
    )


def _count(state: State) -> Widget:
    left = max(0, 10 - int(state.now_s))
    return Page(children=(Label(id="left", text=f"{left} 秒"), Spinner()))


def _slider(state: State) -> Widget:
    passed = "通过" if state.flag("passed") else "请拖动滑块"
    lock = SlideLock(id="lock", text="向右拖动", on_pass=Set({"passed": True}))
    return Page(padding=16, children=(Label(id="passed", text=passed), lock))


def _done(state: State) -> Widget:
    again = Button(id="again", text="返回首页", on_tap=Replace("home"))
    return Page(children=(Label(id="result", text="办理成功"), again))


def _secret(state: State) -> Widget:
    return Page(children=(Label(id="number", text="证照编号 1234"), Icon(name="lock")))


def _ask(state: State) -> Widget:
    return Column(
        background="#FFFFFF",
        children=(
            Label(id="question", text=f"确定{state.param('what')}吗"),
            Button(id="no", text="取消", style="plain", on_tap=Close()),
            Button(id="yes", text="确定", on_tap=Do(Close(), Set({"answer": "yes"}))),
        ),
    )


def _consent(state: State) -> Widget:
    leave = Button(id="refuse", text="不同意", style="outlined", on_tap=Do(Close(), Back()))
    agree = Button(id="agree_all", text="同意", on_tap=Do(Close(), Set({"consented": True})))
    return Column(background="#FFFFFF", children=(Label(text="隐私政策"), leave, agree))


SMALL_APP = App(
    package=PACKAGE,
    label="小市民云",
    icon="bank",
    color="#1677FF",
    screens=(
        Screen("home", _home),
        Screen("form", _form),
        Screen("list", _list),
        Screen("count", _count),
        Screen("done", _done),
        Screen("secret", _secret, secure=True),
        Screen("slider", _slider, person=After(4.0, Set({"passed": True}))),
    ),
    dialogs=(
        Dialog("ask", _ask),
        Dialog("consent", _consent, dismissable=False),
    ),
    start="home",
    initial={"stars": 0},
    links={"small://list/": "list", "small://": "form"},
    cold_start_s=COLD_START_S,
)

OTHER_APP = App(
    package="cn.example.other",
    label="另一个",
    icon="web",
    color="#00B578",
    screens=(Screen("main", lambda state: Page(children=(Label(id="other", text="另一个"),))),),
    start="main",
)
