"""Words in two languages: how they print, and what people may write of them."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from harness.model import LONGEST_WRITTEN, Condition, Expect, Outcome, Title, Words

TITLE: TypeAdapter[Words] = TypeAdapter(Title)


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (Words(zh="看到了目标", en="the goal was seen"), "看到了目标 / the goal was seen"),
        (Words(zh="样例市民云"), "样例市民云"),
        (Words.same("home.search"), "home.search"),
    ],
)
def test_words_print_in_both_languages_and_once_where_they_are_the_same(
    words: Words, printed: str
) -> None:
    assert str(words) == printed


def test_what_is_said_may_be_of_any_length_but_not_empty() -> None:
    assert len(Words.same("长" * 100_000).zh) == 100_000
    with pytest.raises(ValidationError):
        Words.same("")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_title_that_people_write_is_no_longer_than_their_other_texts(language: str) -> None:
    longest = {"zh": "题", language: "a" * LONGEST_WRITTEN}
    assert TITLE.validate_python(longest) == Words(**longest)
    with pytest.raises(ValidationError, match="at most 2000 characters"):
        TITLE.validate_python({"zh": "题", language: "a" * (LONGEST_WRITTEN + 1)})


def test_a_condition_is_said_in_both_languages_but_for_names_and_texts() -> None:
    condition = Condition.model_validate(
        {"visible": "form.agree", "text": "同意", "enabled": False, "checked": True}
    )
    assert condition.describe() == Words(
        zh="form.agree = “同意” 不可用 已勾选", en="form.agree = “同意” disabled checked"
    )
    assert Expect(expect=condition).describe().zh == "应看到 form.agree = “同意” 不可用 已勾选"


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_its_words(outcome: Outcome) -> None:
    assert outcome.words.en.replace(" ", "_") == outcome
    assert not outcome.words.zh.isascii()
