"""What to write, by example: for each key, each pattern and each kind of step."""

from __future__ import annotations

EXAMPLES: dict[str, str] = {
    "id": "id: find_service (the name of the file without .yaml)",
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
    "steps": "steps: and below it a line '- launch'",
    "at": "at: search.results",
    "weight": "weight: 0.5",
    "visible": "visible: search.results",
    "gone": "gone: search.results",
    "to": "to: search.results",
    "pick.to": "to: 2026年",
    "into": "into: search.input",
    "wheel": "wheel: date.year",
    "text": "text: 社保缴费查询",
    "direction": "direction: up",
    "do": "do: and below it the steps, each after '- '",
    "scenario": "scenario: log_in",
    "name": "name: update_dialog",
    "seen": "seen: {text: 立即升级}",
    "dismiss": "dismiss: {text: 以后再说}, or dismiss: back",
    "city": "city: 上海",
    "level": "level: municipality",
    "android": "android: {package: cn.gov.example}",
    "package": "package: cn.gov.example",
    "verified": "verified: {package: never, elements: never}",
    "elements": "elements: and below it a line 'home.search: [{id: home_search}]'",
    "url": "url: http://127.0.0.1:4723",
    "default": "default: phone",
    "devices": "devices: {phone: {kind: simulated, apps: [sample_city]}}",
    "apps": "apps: [sample_city]",
    "avd": "avd: pixel_6_api_33 (a name that `emulator -list-avds` prints)",
    "phones": "phones: [phone_1, phone_2]",
}
"""What to write for each key that must be there, with what it stands in where that matters; a test
holds this to the models."""

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

PATTERNS: dict[str, str] = {
    r"^[a-z][a-z0-9_]*$": "a name is small letters, digits and _, a letter first: find_service",
    r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$": (
        "an element's name is small letters, digits and _, in parts joined by dots: home.search; "
        "a text that is shown is written {text: 搜索}"
    ),
    r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$": "a package looks like cn.gov.example",
    r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$": (
        "a package looks like com.android.systemui; the App itself is app"
    ),
    r"^(back|never)$": "write back, never, or the element that is tapped: {text: 以后再说}",
    r"^(never|\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)$": (
        "write never, a month (2022-05) or a day (2022-05-01)"
    ),
    r"^(never|simulated|\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)$": (
        "write never, simulated, a month (2022-05) or a day (2022-05-01)"
    ),
    r"^\d{1,4} of \d{1,4}$": "how many were found of how many, as in 31 of 40",
    r"^[A-Z][A-Z0-9_]*$": (
        "write the name of the environment variable that holds it, in capital letters: CITY_CODE"
    ),
    r"^[a-z]{2}-[A-Z]{2}$": "a language and a region look like zh-CN",
    r"^[A-Za-z]+(/[A-Za-z_]+)*$": "a time zone looks like Asia/Shanghai",
    r"^[A-Za-z0-9._-]+$": "an AVD's name is letters, digits and . _ -: pixel_6_api_33",
    r"^[A-Za-z0-9._:-]*$": "a serial looks like emulator-5554, as `adb devices` prints it",
    r"^https?://[^\s]+$": "a URL begins with http:// or https:// and has no spaces",
}
"""What each pattern of the models asks for; a test holds this to the models."""
