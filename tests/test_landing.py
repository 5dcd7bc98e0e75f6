"""Where a finger lands on what lies under bars, and whether a thumb reaches there."""

from __future__ import annotations

import pytest

from harness.hierarchy import elements
from harness.landing import landing
from harness.model import Box, Point
from harness.reach import in_thumb_reach

ROW = Box(left=0, top=800, right=400, bottom=1000)
LIST = (
    '<n scrollable="true" bounds="[0,0][400,1000]"><n text="行" clickable="true" bounds="{}"/></n>'
)
SCREEN = Box(left=0, top=0, right=1080, bottom=2400)


def box(bounds: str, inside: str = "") -> str:
    return f'<n bounds="{bounds}">{inside}</n>'


def button(bounds: str) -> str:
    return f'<n clickable="true" bounds="{bounds}"/>'


def lands(over: str, row: str = "[0,800][400,1000]") -> Point | None:
    xml = f'<hierarchy><n bounds="[0,0][400,1000]">{LIST.format(row)}{over}</n></hierarchy>'
    return landing(elements(xml), ROW)


@pytest.mark.parametrize(
    ("over", "at"),
    [
        ("", (200, 900)),
        # A bar whose buttons leave gaps: the whole of it covers.
        (box("[0,880][400,1000]", button("[10,890][100,990]")), (200, 840)),
        (box("[0,880][400,1000]", '<n text="合计" bounds="[10,890][100,990]"/>'), (200, 840)),
        # It does not reach the middle.
        (box("[0,950][400,1000]", button("[0,950][400,1000]")), (200, 900)),
        # A layer over the whole page covers where its button is.
        (box("[0,0][400,1000]", button("[150,800][400,1000]")), (75, 900)),
        (box("[0,0][400,1000]"), (200, 900)),
        (box("[0,880][400,1000]"), (200, 900)),
        ('<n displayed="false" text="x" bounds="[0,880][400,1000]"/>', (200, 900)),
        # On either side of a round button.
        (button("[150,700][250,1100]"), (75, 900)),
    ],
)
def test_a_finger_lands_on_what_nothing_covers(over: str, at: tuple[int, int]) -> None:
    assert lands(over) == Point(x=at[0], y=at[1])


def test_what_is_covered_wholly_cannot_be_landed_on() -> None:
    assert lands(button("[0,700][400,1000]")) is None


def test_a_part_of_an_element_is_touched_where_nothing_covers_it() -> None:
    xml = f'<h><n bounds="[0,0][400,1000]">{LIST.format("[0,800][400,1000]")}'
    bar = box("[0,880][400,1000]", button("[0,880][400,1000]"))
    mark = Box(left=0, top=800, right=48, bottom=1000)
    assert landing(elements(f"{xml}{bar}</n></h>"), ROW, mark) == Point(x=24, y=840)
    # What lies over the rest of it is no reason to touch it elsewhere.
    link = button("[60,800][400,1000]")
    assert landing(elements(f"{xml}{link}</n></h>"), ROW, mark) == mark.middle


def test_what_has_moved_meanwhile_is_touched_where_it_was() -> None:
    over = button("[0,700][400,1000]")
    assert lands(over, row="[0,700][400,900]") == ROW.middle
    assert landing(elements("no xml"), ROW) == ROW.middle


def test_what_lies_before_an_element_covers_nothing_of_it() -> None:
    xml = f'<h><n clickable="true" bounds="[0,0][400,1000]"/>{LIST.format("[0,800][400,1000]")}</h>'
    assert landing(elements(xml), ROW) == ROW.middle


def test_a_thumb_reaches_the_lower_two_thirds_of_a_screen() -> None:
    reached = [in_thumb_reach(Point(x=x, y=y), SCREEN) for x in (0, 1079) for y in (799, 800, 2399)]
    assert reached == [False, True, True] * 2
