"""Words in two languages: how they print, and what people may write of them."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from harness.model import LONGEST_WRITTEN, Title, Words

TITLE: TypeAdapter[Words] = TypeAdapter(Title)


def test_what_is_said_may_be_of_any_length_but_not_empty() -> None:
    assert len(Words(zh="长" * 100_000).zh) == 100_000
    with pytest.raises(ValidationError):
        Words(zh="")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_title_that_people_write_is_no_longer_than_their_other_texts(language: str) -> None:
    longest = {"zh": "题", language: "a" * LONGEST_WRITTEN}
    assert TITLE.validate_python(longest) == Words(**longest)
    with pytest.raises(ValidationError, match="at most 2000 characters"):
        TITLE.validate_python({"zh": "题", language: "a" * (LONGEST_WRITTEN + 1)})
