"""Finds personal data in a text, and stars it as a person would.

What has a check digit is held to it, and what looks like a date, a price, a moment or an
application number is left alone. What is starred already (138****0000) says too little to
be found. Pure; a text of any length and any content is read in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from harness.model import Scenario, Words

Kind = Literal[
    "resident_id", "mobile", "bank_card", "email", "passport", "travel_permit", "plate",
    "credit_code", "landline", "name", "address", "password", "number", "private",
]  # fmt: skip
"""What a find is. `private`: what an element says that the profile masks; `number`: of a person,
by the key of the data."""

KINDS: Mapping[Kind, Words] = {
    "resident_id": Words(zh="身份证号", en="resident ID number"),
    "mobile": Words(zh="手机号", en="mobile number"),
    "bank_card": Words(zh="银行卡号", en="bank card"),
    "email": Words(zh="电子邮箱", en="e-mail address"),
    "passport": Words(zh="护照号", en="passport"),
    "travel_permit": Words(zh="通行证号", en="travel permit"),
    "plate": Words(zh="车牌号", en="vehicle plate"),
    "credit_code": Words(zh="统一社会信用代码", en="unified social credit code"),
    "landline": Words(zh="座机号", en="landline"),
    "name": Words(zh="姓名", en="name"),
    "address": Words(zh="住址", en="address"),
    "password": Words(zh="密码", en="password"),
    "number": Words(zh="个人号码", en="number of a person"),
    "private": Words(zh="按规则屏蔽的内容", en="what a rule masks"),
}

STAR = "●"

KEPT: Mapping[Kind, tuple[int, int]] = {
    "resident_id": (1, 1),
    "mobile": (3, 4),
    "bank_card": (0, 4),
    "email": (1, 0),
    "passport": (1, 2),
    "travel_permit": (1, 2),
    "plate": (2, 1),
    "credit_code": (2, 2),
    "landline": (4, 2),
    "name": (1, 0),
    "address": (2, 0),
    "password": (0, 0),
    "number": (1, 1),
    "private": (0, 0),
}
"""How many letters and digits stay readable, at the head and at the tail."""


@dataclass(frozen=True)
class Span:
    """Where in a text personal data is, and of what kind."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Word:
    """Something that is personal because somebody said so: a name, an address."""

    text: str
    kind: Kind


def find(text: str, words: Iterable[Word] = ()) -> tuple[Span, ...]:
    """All personal data of a text, from left to right, none within another.

    Args:
        text: as an App, a log or a person has it.
        words: what is personal beside what can be told by its form.
    """
    found: list[Span] = []
    if _MAY_HOLD.search(text):
        folded = text.translate(_FOLD)
        found += (span for search in _SEARCHES for span in search(folded))
    # Last: of a number that has a form as well, the form says more.
    found += (span for word in words for span in _find_word(text, word))
    return tuple(_apart(found))


def star(text: str, words: Iterable[Word] = ()) -> str:
    """The text with its personal data starred: `138●●●●0000`."""
    spans = find(text, words)
    if not spans:
        return text
    parts: list[str] = []
    end = 0
    for span in spans:
        parts += [text[end : span.start], star_one(text[span.start : span.end], span.kind)]
        end = span.end
    return "".join((*parts, text[end:]))


def star_one(text: str, kind: Kind) -> str:
    """One piece of personal data, starred; as long as it was, its separators stay."""
    if kind in ("password", "private"):
        return 3 * STAR  # how long it is tells something of it
    local, at, domain = text.partition("@") if kind == "email" else (text, "", "")
    head, tail = KEPT[kind]
    if kind == "mobile":
        head += max(0, sum(map(str.isdigit, text)) - 11)  # the country's code
    places = [place for place, character in enumerate(local) if character.isalnum()]
    hidden = set(places[head : len(places) - tail] if len(places) > head + tail else places)
    stars = (STAR if place in hidden else character for place, character in enumerate(local))
    return "".join(stars) + at + domain


# --- what a scenario gives ------------------------------------------------------------------------

_KEYS: Mapping[Kind, frozenset[str]] = {
    "name": frozenset(
        [
            "name",
            "applicant",
            "contact",
            "holder",
            "person",
            "owner",
            "recipient",
            "relative",
            "spouse",
            "child",
            "parent",
            "resident",
            "citizen",
            "patient",
            "student",
        ]
    ),
    "address": frozenset({"address", "residence", "domicile"}),
    "password": frozenset({"password", "passcode", "passwd", "pin"}),
    "number": frozenset(
        [
            "mobile",
            "phone",
            "telephone",
            "identity",
            "id_number",
            "id_card",
            "passport",
            "email",
            "plate",
            "bank_card",
            "card_number",
            "account_number",
        ]
    ),
}
_NAMES_OF_THINGS = frozenset(
    [
        "service",
        "app",
        "item",
        "file",
        "company",
        "city",
        "department",
        "office",
        "school",
        "hospital",
        "place",
        "station",
    ]
)


def kind_of_key(key: str) -> Kind | None:
    """What a text is that a scenario gives under this key; None if nothing says that it is private.

    The end of the key decides: `name`, `child_name`, `new_mobile`, but not `service_name`.
    """
    parts = key.split("_")
    ends = {parts[-1], "_".join(parts[-2:])}
    if not _NAMES_OF_THINGS.isdisjoint(parts):
        return None
    return next((kind for kind, keys in _KEYS.items() if not keys.isdisjoint(ends)), None)


def words_of(scenario: Scenario) -> tuple[Word, ...]:
    """What of a scenario's data is personal, by key: names, addresses, passwords, numbers."""
    return words_in(scenario.data)


def words_in(data: Mapping[str, str]) -> tuple[Word, ...]:
    """What of texts by key is personal; a placeholder is nobody's name, nor what is starred."""
    found = ((text, kind_of_key(key)) for key, text in data.items())
    return tuple(
        Word(text, kind)
        for text, kind in found
        if kind is not None and len(text) >= SHORTEST_WORD and not _IS_NO_WORD.search(text)
    )


_IS_NO_WORD = re.compile(rf"\$\{{|{STAR}")
SHORTEST_WORD = 2
"""Characters: a single one is in too many other words."""


def _find_word(text: str, word: Word) -> Iterator[Span]:
    """Where a text says a word; one in Latin letters or digits is no part of a longer one."""
    start = text.find(word.text)
    while start >= 0:
        end = start + len(word.text)
        is_part = _joins(text[start - 1 : start + 1]) or _joins(text[end - 1 : end + 1])
        if word.kind == "password" or not is_part:
            yield Span(start, end, word.kind)
        start = text.find(word.text, end)


def _joins(pair: str) -> bool:
    """Whether two characters belong to one word."""
    return len(pair) == 2 and pair.isascii() and pair.isalnum()


# --- by its form ----------------------------------------------------------------------------------

_MAY_HOLD = re.compile(r"[0-9０-９]{4}|[0-9０-９](?:[ .\u00a0\u3000-][0-9０-９]){7}|[@＠]")
_WIDE: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD: dict[int, int | str] = {
    **_WIDE,
    **dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\t"), " "),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-"),
}
"""Wide letters, blanks and dashes as plain ones; a text keeps its length."""

_ALONE = (
    r"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-F]{2})|(?<=\\[nrt]))",
    r"(?![0-9A-Za-z])",
)
"""What stands before and after: no letter, no digit; a percent code or an escape is neither."""

_RUN = re.compile(r"[0-9]+(?:[ .-][0-9]+)*")
_GROUP = re.compile(r"[0-9]+")
_LABEL = re.compile(
    r"(?<![a-z])(?:tel|mobile|phone|cell|id|idno|idcard|card|no|account|user)$", re.IGNORECASE
)
_ESCAPE = re.compile(r"(?:\\[nrt]|%[0-9A-Fa-f]{2})$")
SHORTEST_NUMBER, LONGEST_NUMBER = 10, 19
GROUPS = 6
"""The most in which people write a number, unless each digit has a box of its own."""


def _numbers(text: str) -> Iterator[Span]:
    """Numbers, in one piece or in groups as people write them."""
    for run in _RUN.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, *run.span())]
        first = 0
        while first < len(groups):
            span = _number_from(text, groups, first)
            first += 1
            if span is not None:
                yield span
                while first < len(groups) and groups[first][0] < span.end:
                    first += 1


def _number_from(text: str, groups: list[tuple[int, int]], first: int) -> Span | None:
    """The longest number that begins with this group."""
    start = groups[first][0]
    if not _may_begin(text, start):
        return None
    windows: list[tuple[str, tuple[int, ...], int]] = []
    digits = ""
    shape: tuple[int, ...] = ()
    for begin, end in groups[first : first + LONGEST_NUMBER]:
        if len(digits) + end - begin > LONGEST_NUMBER:
            break
        digits, shape = digits + text[begin:end], (*shape, end - begin)
        windows.append((digits, shape, end))
    spans = (
        _classified(text, start, *window)
        for window in reversed(windows)
        if len(window[0]) >= SHORTEST_NUMBER and _is_grouped(window[1])
    )
    return next(filter(None, spans), None)


def _is_grouped(shape: tuple[int, ...]) -> bool:
    return len(shape) <= GROUPS or _one_by_one(shape)


def _classified(
    text: str, start: int, digits: str, shape: tuple[int, ...], end: int
) -> Span | None:
    if len(digits) == 17 and text[end : end + 1] in ("X", "x"):
        digits, end = f"{digits}X", end + 1
    if not _may_end(text, end):
        return None
    kind = next((kind for kind, fits in _NUMBERS if fits(digits, shape)), None)
    return None if kind is None else Span(start, end, kind)


def _may_begin(text: str, start: int) -> bool:
    """Whether a number may begin here: not within a word, a hash, or behind a decimal point."""
    before = text[max(0, start - 12) : start]
    if before[-1:] == ".":
        return not before[-2:-1].isdigit()
    if not before or not _is_word(before[-1]):
        return True
    return _LABEL.search(before) is not None or _ESCAPE.search(before) is not None


def _may_end(text: str, end: int) -> bool:
    after = text[end : end + 2]
    if after[:1] == ".":
        return not after[1:].isdigit()
    return not after or not _is_word(after[0])


def _is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DATE = r"(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_ID = re.compile(rf"[0-9]{{6}}{_DATE}[0-9]{{3}}[0-9X]")
_DAY = re.compile(_DATE)


def id_check(digits: str) -> str:
    """The last sign of a resident ID number, of its first 17 digits (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def is_resident_id(digits: str) -> bool:
    """Whether 18 signs are a resident ID number: a date of birth, and the check digit."""
    return _ID.fullmatch(digits) is not None and id_check(digits[:17]) == digits[17]


def luhn(digits: str) -> bool:
    """Whether the last of the digits is the check digit of the others (ISO/IEC 7812)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(each - 9 * (each > 9) for each in doubled) % 10 == 0


_CARD = re.compile(
    r"(?:6[0-9]{15,18}|81[0-9]{14,17}|9558[0-9]{15}|4[0-9]{15}|5[1-5][0-9]{14}|35[0-9]{14})"
)
"""UnionPay, an older ICBC card, Visa, Mastercard, JCB. None begins as a date of our days does."""
_MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9][0-9]{9}")
_MOBILE_SHAPES = ((3, 4, 4), (3, 8), (7, 4))
_LANDLINE = re.compile(r"0[1-9][0-9]{1,2}[2-9][0-9]{6,7}")


def _is_id(digits: str, shape: tuple[int, ...]) -> bool:
    del shape  # people write it in any groups
    return len(digits) == 18 and is_resident_id(digits)


def _is_card(digits: str, shape: tuple[int, ...]) -> bool:
    in_fours = all(size == 4 for size in shape[:-1]) and shape[-1] <= 4
    grouped = len(shape) == 1 or in_fours or _one_by_one(shape) or shape[:1] == (6,)
    return grouped and _CARD.fullmatch(digits) is not None and luhn(digits)


def _is_mobile(digits: str, shape: tuple[int, ...]) -> bool:
    """A country's code before it may be in one piece with it; else it is not looked at."""
    grouped = len(shape) == 1 or shape in _MOBILE_SHAPES or _one_by_one(shape)
    return grouped and _MOBILE.fullmatch(digits) is not None


def _is_landline(digits: str, shape: tuple[int, ...]) -> bool:
    if len(shape) != 2 or shape[0] not in (3, 4) or shape[1] not in (7, 8):
        return False
    local = digits[shape[0] :]
    return _LANDLINE.fullmatch(digits) is not None and _DAY.fullmatch(local) is None


def _one_by_one(shape: tuple[int, ...]) -> bool:
    """Whether each digit stands in a box of its own."""
    return set(shape) == {1}


_NUMBERS: tuple[tuple[Kind, Callable[[str, tuple[int, ...]], bool]], ...] = (
    ("resident_id", _is_id),
    ("bank_card", _is_card),
    ("mobile", _is_mobile),
    ("landline", _is_landline),
)

_CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE = re.compile(
    rf"{_ALONE[0]}(?:1[1239]|[24689A][19]|3[1-59]|5[1239]|[67]2|9[23]|N[1239]|Y1)"
    rf"[0-9]{{6}}[{_CODE_SIGNS}]{{10}}{_ALONE[1]}"
)
"""Begins with who has registered it, and as what."""
_PASSPORT = re.compile(
    rf"{_ALONE[0]}(?:E[0-9A-HJ-NP-Z]|[DSP]E|G[0-9])[0-9]{{7}}{_ALONE[1]}", re.IGNORECASE
)
_PERMIT = re.compile(
    rf"{_ALONE[0]}(?:[HM][0-9]{{8}}(?:[0-9]{{2}})?|C[0-9A-HJ-NP-Z][0-9]{{7}}){_ALONE[1]}"
)
_PLATE = re.compile(
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    rf"[A-HJ-NP-Z][·•. ]?(?=[A-Z]{{0,5}}[0-9])[A-HJ-NP-Z0-9]{{5,6}}{_ALONE[1]}"
)
_LANDLINE_IN_BRACKETS = re.compile(rf"\(0[1-9][0-9]{{1,2}}\) ?[2-9][0-9]{{6,7}}{_ALONE[1]}")


def code_check(code: str) -> str:
    """The last sign of a unified social credit code, of its first 17 (GB 32100)."""
    total = sum(_CODE_SIGNS.index(sign) * 3**place for place, sign in enumerate(code))
    return _CODE_SIGNS[-total % 31]


def _codes(text: str) -> Iterator[Span]:
    for found in _CODE.finditer(text):
        if code_check(found[0][:17]) == found[0][17]:
            yield Span(*found.span(), "credit_code")


def _by_pattern(kind: Kind, pattern: re.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    """All that a pattern finds, but for a letter before a date: such are application numbers."""

    def search(text: str) -> Iterator[Span]:
        for found in pattern.finditer(text):
            if _DAY.search(found[0]) is None:
                yield Span(*found.span(), kind)

    return search


_LOCAL = re.compile(r"[A-Za-z0-9_%+-][A-Za-z0-9._%+-]{0,63}\Z")
_DOMAIN = re.compile(r"@(?:[A-Za-z0-9-]{1,63}\.){1,5}([A-Za-z]{2,24})(?![A-Za-z0-9-])")
_PICTURE_ENDINGS = frozenset({"png", "jpg", "jpeg", "webp", "gif", "svg"})
"""`icon@2x.png` is nobody's address."""


def _emails(text: str) -> Iterator[Span]:
    """From each @ outwards, a bounded way: a pattern over all of it would not be linear."""
    for at in re.finditer("@", text):
        local = _LOCAL.search(text, max(0, at.start() - 64), at.start())
        domain = _DOMAIN.match(text, at.start())
        if local and domain and domain[1].lower() not in _PICTURE_ENDINGS:
            yield Span(local.start(), domain.end(), "email")


_SEARCHES: tuple[Callable[[str], Iterator[Span]], ...] = (
    _numbers,
    _codes,
    _emails,
    _by_pattern("passport", _PASSPORT),
    _by_pattern("travel_permit", _PERMIT),
    _by_pattern("plate", _PLATE),
    _by_pattern("landline", _LANDLINE_IN_BRACKETS),
)


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    """From left to right; of those that overlap the one that begins first, and the longest."""
    end = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.start >= end:
            yield span
            end = span.end
