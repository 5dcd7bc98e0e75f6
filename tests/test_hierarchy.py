from __future__ import annotations

import pytest

from harness.hierarchy import box_of, elements
from harness.model import Box


def test_elements_come_in_reading_order_with_their_boxes() -> None:
    root, child = elements("<hierarchy><a bounds='[-3,0][100,50]'/></hierarchy>")
    assert box_of(root) is None
    assert box_of(child) == Box(left=-3, top=0, right=100, bottom=50)


@pytest.mark.parametrize("xml", ["", "  \n", "no XML", "\x00", "\ud800"])
def test_what_is_no_hierarchy_has_no_elements(xml: str) -> None:
    assert elements(xml) == []


def test_of_a_hierarchy_that_is_cut_off_the_beginning_is_read() -> None:
    assert [each.tag for each in elements("<a><b x='1'/><c x='")][:2] == ["a", "b"]


def test_a_number_that_python_refuses_to_read_is_no_place_on_a_screen() -> None:
    digits = "9" * 5000
    (element,) = elements(f"<a bounds='[0,0][{digits},10]'/>")
    assert box_of(element) is None
