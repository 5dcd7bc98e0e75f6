"""What to write, by example: for each key, each pattern and each kind of step."""

from __future__ import annotations

from collections.abc import Mapping

from harness.model import ELEMENT_NAME, Words

_WRITTEN: Mapping[str, str] = {
    "title": "title: {zh: 查找服务, en: Find a service}",
    "zh": "zh: 查找服务",
    "goal": "goal: {visible: service.title}",
    "life_event": "life_event: social_security",
    "kind": "kind: information",
    "severity": "severity: major",
    "time_limit_s": "time_limit_s: 120",
    "reference": "reference: {time_s: 20, screens: 3}",
    "time_s": "time_s: 20",
    "screens": "screens: 3",
    "at": "at: search.results",
    "weight": "weight: 0.5",
    "visible": "visible: search.results",
    "gone": "gone: search.results",
    "to": "to: search.results",
    "Turn.to": "to: 2026年",
    "into": "into: search.input",
    "wheel": "wheel: date.year",
    "text": "text: 社保缴费查询",
    "direction": "direction: up",
    "scenario": "scenario: log_in",
    "name": "name: update_dialog",
    "seen": "seen: {text: 立即升级}",
    "city": "city: 上海",
    "level": "level: municipality",
    "android": "android: {package: cn.gov.example}",
    "package": "package: cn.gov.example",
    "verified": "verified: {package: never, elements: never}",
    "url": "url: http://127.0.0.1:4723",
    "default": "default: phone",
    "devices": "devices: {phone: {kind: simulated, apps: [sample_city]}}",
    "apps": "apps: [sample_city]",
    "Verified.package": "package: never",
    "Node.id": "id: B2.1",
    "AppProfile.name": "name: {zh: 样例市民云, en: Sample City}",
    "phones": "phones: [phone_1, phone_2]",
}

EXAMPLES: Mapping[str, Words] = {
    **{key: Words.same(written) for key, written in _WRITTEN.items()},
    "id": Words(
        zh="id: find_service（文件名去掉 .yaml）",
        en="id: find_service (the name of the file without .yaml)",
    ),
    "steps": Words(
        zh="steps:，下一行起写步骤，如“- launch”", en="steps: and below it a line '- launch'"
    ),
    "do": Words(
        zh="do:，下面写步骤，每步以“- ”开头", en="do: and below it the steps, each after '- '"
    ),
    "dismiss": Words(
        zh="dismiss: {text: 以后再说} 或 dismiss: back",
        en="dismiss: {text: 以后再说}, or dismiss: back",
    ),
    "elements": Words(
        zh="elements:，下一行起写元素，如“home.search: [{id: home_search}]”",
        en="elements: and below it a line 'home.search: [{id: home_search}]'",
    ),
    "avd": Words(
        zh="avd: pixel_6_api_33（`emulator -list-avds` 列出的名称）",
        en="avd: pixel_6_api_33 (a name that `emulator -list-avds` prints)",
    ),
}
"""What to write for each key that must be there, of one model where others have such a key too;
tests hold this to the models."""

STEP_EXAMPLES: dict[str, str] = {
    "launch": "launch",
    "tap": "tap: home.search",
    "long_press": "long_press: home.search",
    "type": "type: {into: search.input, text: 社保}",
    "clear": "clear: search.input",
    "check": "check: 我已阅读并同意",
    "pick": "pick: {wheel: date.year, to: 2026年}",
    "swipe": "swipe: up",
    "pull_to_refresh": "pull_to_refresh: news.list",
    "scroll_to": "scroll_to: service.title",
    "back": "back",
    "hide_keyboard": "hide_keyboard",
    "wait_for": "wait_for: search.results",
    "expect": "expect: search.results",
    "expect_gone": "expect_gone: search.results",
    "screenshot": "screenshot: results",
    "open_link": "open_link: app://home",
    "when": "when: {visible: advert.close, do: [{tap: advert.close}]}",
    "run": "run: log_in",
    "barrier": "barrier: sms_code",
    "commit": "commit: form.submit",
}
"""Each kind of step, written."""

PATTERNS: Mapping[str, Words] = {
    r"^[a-z][a-z0-9_]*$": Words(
        zh="名称用小写字母、数字和下划线，以字母开头，如 find_service",
        en="a name is small letters, digits and _, a letter first: find_service",
    ),
    ELEMENT_NAME: Words(
        zh="元素名称用小写字母、数字和下划线，用点分段，如 home.search",
        en="an element's name is small letters, digits and _, in parts joined by dots: home.search",
    ),
    r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$": Words(
        zh="包名形如 cn.gov.example", en="a package looks like cn.gov.example"
    ),
    r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$": Words(
        zh="包名形如 com.android.systemui；App 自己写 app",
        en="a package looks like com.android.systemui; the App itself is app",
    ),
    r"^(back|never)$": Words(
        zh="请写 back、never，或要点按的元素：{text: 以后再说}",
        en="write back, never, or the element that is tapped: {text: 以后再说}",
    ),
    r"^(never|\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)$": Words(
        zh="请写 never、月份（2022-05）或日期（2022-05-01）",
        en="write never, a month (2022-05) or a day (2022-05-01)",
    ),
    r"^(never|simulated|\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)$": Words(
        zh="请写 never、simulated、月份（2022-05）或日期（2022-05-01）",
        en="write never, simulated, a month (2022-05) or a day (2022-05-01)",
    ),
    r"^\d{1,4} of \d{1,4}$": Words(
        zh="请写“找到数 of 总数”，如 31 of 40",
        en="how many were found of how many, as in 31 of 40",
    ),
    r"^[A-Z][A-Z0-9_]*$": Words(
        zh="请写存放它的环境变量的名称，用大写字母，如 CITY_CODE",
        en="write the name of the environment variable that holds it, in capital letters: "
        "CITY_CODE",
    ),
    r"^[a-z]{2}-[A-Z]{2}$": Words(
        zh="语言和地区形如 zh-CN", en="a language and a region look like zh-CN"
    ),
    r"^[A-Za-z]+(/[A-Za-z_]+)*$": Words(
        zh="时区形如 Asia/Shanghai", en="a time zone looks like Asia/Shanghai"
    ),
    r"^[A-Za-z0-9._-]+$": Words(
        zh="AVD 的名称只用字母、数字和 . _ -，如 pixel_6_api_33",
        en="an AVD's name is letters, digits and . _ -: pixel_6_api_33",
    ),
    r"^[A-Za-z0-9._:-]*$": Words(
        zh="序列号形如 emulator-5554，由 `adb devices` 列出",
        en="a serial looks like emulator-5554, as `adb devices` prints it",
    ),
    r"^https?://[^\s]+$": Words(
        zh="网址以 http:// 或 https:// 开头，中间没有空格",
        en="a URL begins with http:// or https:// and has no spaces",
    ),
}
"""What each pattern of the models asks for; a test holds this to the models."""
