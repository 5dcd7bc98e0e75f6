"""What is deliberately wrong with the sample App: the ground truth of every experiment with it.

The App asks its edition whether it has a plant, with the very constants that
stand here, so that the list and the behaviour cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CLUTTERED = "sample_city_cluttered"
TROUBLED = "sample_city_troubled"

Kind = Literal[
    "crash",
    "hang",
    "endless_wait",
    "dead_control",
    "wrong_result",
    "lost_input",
    "app_error",
    "interruption",
    "depth",
    "slow",
    "target_size",
    "contrast",
    "label",
]


@dataclass(frozen=True)
class Plant:
    """One known defect.

    `edition` is the edition that carries it, `screen` where a user meets it,
    `task` the id of the citizen task that it stands in the way of (empty: many),
    `outcome` how that task must end because of it (empty: it is completed, and
    the plant shows in its times, steps, interruptions or in an audit).
    """

    name: str
    edition: str
    screen: str
    kind: Kind
    what_zh: str
    what_en: str
    task: str = ""
    outcome: str = ""


# --- the cluttered edition ------------------------------------------------------------------------

ADVERT_AT_START = Plant(
    name="advert_at_start",
    edition=CLUTTERED,
    screen="advert",
    kind="interruption",
    what_zh="启动后出现全屏广告，不点跳过要等 8 秒",
    what_en="a full-screen advert at the start; it leaves by itself only after 8 s",
)
UPDATE_DIALOG = Plant(
    name="update_dialog",
    edition=CLUTTERED,
    screen="home",
    kind="interruption",
    what_zh="每次启动后首页弹出更新提示",
    what_en="an update dialog over the home page, once in every start",
)
FLOATING_ADVERT = Plant(
    name="floating_advert",
    edition=CLUTTERED,
    screen="home",
    kind="interruption",
    what_zh="首页悬浮广告遮挡内容，关闭按钮仅 16dp",
    what_en="a floating advert over the home page, with a close button of 16 dp",
)
FUND_WITHDRAWAL_HIDDEN = Plant(
    name="fund_withdrawal_hidden",
    edition=CLUTTERED,
    screen="services",
    kind="depth",
    what_zh="公积金提取藏在办事、更多、住房保障、公积金之下，首页没有入口",
    what_en="fund withdrawal lies below services, more, housing, fund, and is not on the home page",
    task="read_withdrawal_guide",
)
SLOW_SEARCH = Plant(
    name="slow_search",
    edition=CLUTTERED,
    screen="results",
    kind="slow",
    what_zh="搜索结果要等 6 秒",
    what_en="search results take 6 s",
    task="find_contribution_query",
)
SMALL_AGREEMENT_CHECKBOX = Plant(
    name="small_agreement_checkbox",
    edition=CLUTTERED,
    screen="login",
    kind="target_size",
    what_zh="登录协议勾选框仅 22dp",
    what_en="the agreement's checkbox on the login page is 22 dp",
    task="log_in_by_code",
)
SMALL_REQUEST_ENTRY = Plant(
    name="small_request_entry",
    edition=CLUTTERED,
    screen="home",
    kind="target_size",
    what_zh="首页的 12345 入口仅 22dp",
    what_en="the way to the 12345 hotline on the home page is 22 dp",
    task="file_request",
)
PALE_GUIDE = Plant(
    name="pale_guide",
    edition=CLUTTERED,
    screen="guide",
    kind="contrast",
    what_zh="办事指南正文为浅灰色 #BBBBBB，对比度 1.9:1",
    what_en="the guide's text is #BBBBBB on white, a contrast of 1.9:1",
    task="read_withdrawal_guide",
)
UNLABELLED_ICONS = Plant(
    name="unlabelled_icons",
    edition=CLUTTERED,
    screen="home",
    kind="label",
    what_zh="首页的扫码、消息、长辈版图标没有文字说明，也没有资源标识",
    what_en="the home page's icons have neither a description nor a resource id",
    task="switch_to_elder_mode",
)

# --- the troubled edition -------------------------------------------------------------------------

CRASH_ON_FORM_PAGE_2 = Plant(
    name="crash_on_form_page_2",
    edition=TROUBLED,
    screen="apply_details",
    kind="crash",
    what_zh="申请表第 2 页点下一步闪退",
    what_en="the App crashes at Next on the application form's second page",
    task="apply_for_residence_permit",
    outcome="crashed",
)
ENDLESS_PROGRESS = Plant(
    name="endless_progress",
    edition=TROUBLED,
    screen="progress",
    kind="endless_wait",
    what_zh="办件进度一直加载",
    what_en="the progress of an application never stops loading",
    task="follow_progress",
    outcome="timed_out",
)
DEAD_REQUEST_NEXT = Plant(
    name="dead_request_next",
    edition=TROUBLED,
    screen="request_category",
    kind="dead_control",
    what_zh="12345 诉求选好类型后，点下一步没有反应",
    what_en="Next does nothing after a category was chosen for a 12345 request",
    task="file_request",
    outcome="not_found",
)
WRONG_SEARCH_RESULT = Plant(
    name="wrong_search_result",
    edition=TROUBLED,
    screen="results",
    kind="wrong_result",
    what_zh="搜索结果中的社保缴费查询打开了社保卡挂失的办事指南",
    what_en="the search result 社保缴费查询 opens the guide of 社保卡挂失",
    task="find_contribution_query",
    outcome="wrong_result",
)
LOST_MOBILE_NUMBER = Plant(
    name="lost_mobile_number",
    edition=TROUBLED,
    screen="change_mobile",
    kind="lost_input",
    what_zh="更换手机号时，验证码发出后已填的新手机号被清空",
    what_en="the new mobile number that was typed is emptied when the code is sent",
    task="change_mobile_number",
    outcome="wrong_result",
)
LICENCE_ERROR = Plant(
    name="licence_error",
    edition=TROUBLED,
    screen="licence",
    kind="app_error",
    what_zh="亮证时提示系统繁忙（错误码 50012）",
    what_en="showing a licence ends in a server error dialog (50012)",
    task="show_social_security_card",
    outcome="app_error",
)
HANG_ON_MESSAGE = Plant(
    name="hang_on_message",
    edition=TROUBLED,
    screen="message",
    kind="hang",
    what_zh="打开消息后无响应",
    what_en="the App stops answering when a message is opened",
    task="read_message",
    outcome="not_responding",
)

PLANTS: tuple[Plant, ...] = (
    ADVERT_AT_START,
    UPDATE_DIALOG,
    FLOATING_ADVERT,
    FUND_WITHDRAWAL_HIDDEN,
    SLOW_SEARCH,
    SMALL_AGREEMENT_CHECKBOX,
    SMALL_REQUEST_ENTRY,
    PALE_GUIDE,
    UNLABELLED_ICONS,
    CRASH_ON_FORM_PAGE_2,
    ENDLESS_PROGRESS,
    DEAD_REQUEST_NEXT,
    WRONG_SEARCH_RESULT,
    LOST_MOBILE_NUMBER,
    LICENCE_ERROR,
    HANG_ON_MESSAGE,
)
