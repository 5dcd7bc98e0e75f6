from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harness.phone import text
from harness.phone.text import CLOSING, ELLIPSIS, OPENING, Face
from tests.phone.scenes import hostile_text

FACE = Face(45)


def test_a_text_is_as_wide_as_its_characters_together() -> None:
    words = "社保缴费查询 AVA 12,345.60 元"
    assert text.width(words, FACE) == sum(text.width(character, FACE) for character in words)


def test_a_chinese_character_is_as_wide_as_the_font_is_large() -> None:
    assert text.width("国", FACE) == 45


def test_chinese_breaks_between_any_two_characters() -> None:
    assert text.wrap("社保缴费查询", FACE, 45 * 4) == ("社保缴费", "查询")


def test_closing_punctuation_never_begins_a_line() -> None:
    assert text.wrap("一二三四，五六", FACE, 45 * 4) == ("一二三", "四，五六")


def test_opening_punctuation_never_ends_a_line() -> None:
    assert text.wrap("我同意《协议》", FACE, 45 * 4) == ("我同意", "《协议》")


def test_latin_words_stay_whole() -> None:
    room = text.width("hello wor", FACE)
    assert text.wrap("hello world", FACE, room) == ("hello", "world")


def test_a_word_that_no_line_can_hold_is_broken() -> None:
    lines = text.wrap("x" * 100, FACE, 200)
    assert len(lines) > 1
    assert "".join(lines) == "x" * 100


def test_line_breaks_of_the_text_are_kept() -> None:
    assert text.wrap("一\n\n二\r\n三", FACE, 900) == ("一", "", "二", "三")


def test_too_many_lines_end_in_an_ellipsis() -> None:
    lines = text.wrap("社保缴费查询打印", FACE, 45 * 4, 1)
    assert lines == ("社保缴" + ELLIPSIS,)


def test_what_fits_is_not_cut() -> None:
    assert text.cut("社保", FACE, 90) == "社保"


def test_the_tail_of_a_text_is_its_end() -> None:
    assert text.tail("一二三四五", FACE, 100) == "四五"


def test_controls_and_lone_surrogates_have_no_picture() -> None:
    assert text.printable("a\x00\u202eb\ud800c\td") == "abc d"


def test_an_icon_is_as_large_as_asked_for() -> None:
    picture = text.icon("home", 72)
    assert picture.size == (72, 72)
    assert picture.getbbox() is not None


def test_an_unknown_icon_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        text.icon("no-such-icon", 72)


@given(hostile_text, st.integers(0, 600))
def test_wrapping_loses_nothing_but_spaces_at_breaks(words: str, room: int) -> None:
    kept = "".join(text.wrap(words, FACE, room)).replace(" ", "")
    assert kept == text.printable(words).replace("\n", "").replace(" ", "")


@given(hostile_text, st.integers(45, 600))
@example("0\u2028", 45)
@example("0\u3000", 45)
def test_no_line_is_wider_than_its_room(words: str, room: int) -> None:
    for line in text.wrap(words, FACE, room):
        assert text.width(line, FACE) <= room or len(line) == 1


@given(hostile_text, st.integers(45, 600), st.integers(1, 3))
def test_there_are_never_more_lines_than_asked_for(words: str, room: int, most: int) -> None:
    assert 1 <= len(text.wrap(words, FACE, room, most)) <= most


@given(st.text("一二三，。（）《》a1", max_size=60), st.integers(200, 600))
def test_lines_begin_and_end_as_chinese_typography_asks(words: str, room: int) -> None:
    lines = text.wrap(words, FACE, room)
    # A run of punctuation longer than a line is broken anywhere: nothing else would fit.
    runs = {line for line in lines if set(line) <= CLOSING | OPENING}
    for before, after in pairwise(lines):
        if before not in runs and after not in runs and _breakable(words, room):
            assert after[0] not in CLOSING
            assert before[-1] not in OPENING


def _breakable(words: str, room: int) -> bool:
    """Whether every unbreakable unit of the text fits in a line."""
    return all(text.width(unit, FACE) <= room for unit in text._units(words))


@given(hostile_text)
def test_any_string_has_a_picture(words: str) -> None:
    for line in text.wrap(words, FACE, 300):
        assert text.ink(line, FACE).mask.height > 0
