"""Wheels as hierarchies tell them, and how they are turned to any value, in as few turns."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.hierarchy import elements
from harness.model import Box, Contains
from harness.wheel import Search, Wheel, drag, read

BOX = Box(left=100, top=1500, right=400, bottom=2100)
SCREEN = Box(left=0, top=0, right=1080, bottom=2400)
BOUNDS = "[100,1500][400,2100]"
PICKER = (
    f'<n package="a" class="android.widget.NumberPicker" bounds="{BOUNDS}">'
    '<n class="android.widget.Button" text="2025" bounds="[100,1500][400,1700]"/>'
    '<n class="android.widget.EditText" text="2026" bounds="[100,1700][400,1900]"/>'
    '<n class="android.widget.Button" text="2027" bounds="[100,1900][400,2100]"/></n>'
)
ROWS = (
    f'<n package="a" class="android.view.ViewGroup" bounds="{BOUNDS}">'
    f'<n class="androidx.recyclerview.widget.RecyclerView" bounds="{BOUNDS}">'
    '<n text="浙江省" bounds="[100,1500][400,1560]"/>'
    '<n text="江苏省" bounds="[100,1560][400,1680]"/>'
    '<n bounds="[100,1680][400,1800]"/><n text="上海市" bounds="[100,1740][400,1860]"/>'
    '<n text="隐藏" displayed="false" bounds="[100,1860][400,1870]"/>'
    '<n content-desc="安徽省" bounds="[100,1920][400,2040]"/></n></n>'
)
DRAWN = f'<n package="a" bounds="{BOUNDS}"><n content-desc="9 时" bounds="{BOUNDS}"/></n>'


def seen(xml: str) -> Wheel | None:
    return read(elements(f'<hierarchy><n bounds="[0,0][1080,2400]">{xml}</n></hierarchy>'), BOX)


def test_androids_own_wheel_tells_its_value_in_a_field_and_its_neighbours_on_buttons() -> None:
    assert seen(PICKER) == Wheel(BOX, ("2025", "2026", "2027"), 1, 200)


def test_a_wheel_of_rows_rests_on_the_one_in_its_middle() -> None:
    assert seen(ROWS) == Wheel(BOX, ("浙江省", "江苏省", "上海市", "安徽省"), 2, 180)


def test_a_wheel_that_is_drawn_tells_what_it_rests_on() -> None:
    assert seen(DRAWN) == Wheel(BOX, ("9 时",), 0, None)


@pytest.mark.parametrize(
    "xml",
    [
        "",
        f'<n bounds="{BOUNDS}"/>',
        PICKER.replace("EditText", "View"),
    ],
)
def test_what_says_nothing_is_no_wheel(xml: str) -> None:
    assert seen(xml) is None


# --- how it is turned -----------------------------------------------------------------------------


@dataclass
class Turning:
    """A wheel that turns as far as it is asked to, at most so many rows at once."""

    options: tuple[str, ...]
    at: int
    shows: int
    wraps: bool
    most: int = 4

    @property
    def wheel(self) -> Wheel:
        reach = range(self.at - self.shows // 2, self.at + self.shows // 2 + 1)
        last = len(self.options)
        there = [at % last if self.wraps else at for at in reach]
        rows = [at for at in there if 0 <= at < last]
        chosen = rows.index(self.at)
        return Wheel(BOX, tuple(self.options[at] for at in rows), chosen, 100)

    def turn(self, rows: int) -> None:
        at = self.at + max(-self.most, min(self.most, rows))
        last = len(self.options)
        self.at = at % last if self.wraps else max(0, min(last - 1, at))


def turn(wheel: Turning, search: Search, limit: int = 300) -> bool:
    """Whether it came to what is wanted; it must come to an end."""
    for _ in range(limit):
        rows = search.turn(wheel.wheel)
        if rows is None:
            return False
        if rows == 0:
            return True
        wheel.turn(rows)
    raise AssertionError("it is turned for ever")


NAMES = st.lists(st.sampled_from("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未"), min_size=1, unique=True)
NUMBERS = st.builds(
    lambda first, step, count: [f"{first + step * each}年" for each in range(count)],
    st.integers(0, 3000),
    st.integers(1, 15),
    st.integers(1, 60),
)
MIXED = st.lists(st.integers(0, 30).map(str), min_size=1, unique=True)


@given(
    options=st.one_of(NAMES, NUMBERS, MIXED),
    shows=st.sampled_from([1, 3, 5]),
    data=st.data(),
)
def test_every_value_of_a_wheel_is_found_and_none_that_it_lacks(
    options: list[str], shows: int, data: st.DataObject
) -> None:
    places = st.integers(0, len(options) - 1)
    wraps = shows < len(options) and data.draw(st.booleans())
    wheel = Turning(tuple(options), data.draw(places), shows, wraps)
    wanted = options[data.draw(places)]
    assert turn(wheel, Search(wanted))
    assert options[wheel.at] == wanted
    assert not turn(wheel, Search("没有的"))


def test_what_is_wanted_may_be_told_in_part() -> None:
    wheel = Turning(tuple(f"{each}年（虚构）" for each in range(1990, 2030)), 30, 3, wraps=False)
    assert turn(wheel, Search(Contains(contains="1995")))
    assert wheel.wheel.value == "1995年（虚构）"


def test_numbers_end_the_search_at_the_end_where_the_value_would_be() -> None:
    wheel = Turning(tuple(map(str, range(1930, 2031))), 80, 3, wraps=False, most=3)
    search = Search("2040")
    assert not turn(wheel, search, limit=9)
    assert search.offered[-1] == "2030"


# --- the finger -----------------------------------------------------------------------------------


@given(
    top=st.integers(0, 2300),
    height=st.integers(40, 900),
    shows=st.integers(1, 9),
    rows=st.integers(-80, 80).filter(bool),
)
def test_a_finger_begins_on_the_wheel_and_stays_on_the_screen(
    top: int, height: int, shows: int, rows: int
) -> None:
    box = Box(left=10, top=top, right=200, bottom=min(top + height, 2400))
    wheel = Wheel(box, ("1",), 0, None)
    start, end = drag(wheel, (box.bottom - box.top) / shows, rows, SCREEN)
    assert box.top <= start.y < box.bottom
    assert 0 < end.y < 2400
    assert start.x == end.x == box.middle.x


def test_a_finger_goes_as_many_rows_as_are_asked_for_where_there_is_room() -> None:
    wheel = Wheel(BOX, ("1", "2", "3"), 1, 120)
    start, end = drag(wheel, 120, 2, SCREEN)
    assert start.y - end.y == 240
    start, end = drag(wheel, 120, -1, SCREEN)
    assert end.y - start.y == 120
    start, end = drag(wheel, 120, 99, SCREEN)
    assert (start.y - end.y) % 120 == 0
    assert start.y - end.y > 1500
