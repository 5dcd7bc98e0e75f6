from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.regex import find_pattern_fault


@pytest.mark.parametrize("pattern", [
    r"验证码(\d{6})", r"受理编号：\d+", r"共\d+条", r"(社保|医保)缴费", r".*查询.*",
    r"[a-z]+\(x\)+", r"(?#(a+)x", r"\(a+\)+",
    r"\d{4}年\d{1,2}月\d{1,2}日", r"(\d{4}-)?\d+", r"(?:甲|乙)?丙", r"[^+*]+x",
])  # fmt: skip
def test_expressions_that_people_need_are_taken(pattern: str) -> None:
    assert find_pattern_fault(pattern) is None


@pytest.mark.parametrize("pattern", [
    "(a+)+", "(a*)*b", "(a|b)*c", "((a+)b)+", "((a|a)b?)+", "(a{2,})+", "(?:a+){3,9}", "(?P<x>a+)*",
    ".*.*.*.*x", r"(\d+|x)+", "(?i:a+)+",
])  # fmt: skip
def test_expressions_that_can_take_for_ever_are_refused(pattern: str) -> None:
    assert "take for ever" in str(find_pattern_fault(pattern))


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "a{3,1}", "(?P<1>x)", "\\", "a**", "[[a]--b]"])
def test_what_is_not_an_expression_is_refused(pattern: str) -> None:
    assert "not a regular expression" in str(find_pattern_fault(pattern))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab.*+?()|[]{}\\d^$,12", max_size=24))
def test_what_is_taken_is_quick_on_a_long_text(pattern: str) -> None:
    if find_pattern_fault(pattern) is None:
        began = time.process_time()
        re.fullmatch(pattern, "ab" * 40 + "!")
        assert time.process_time() - began < 1
