from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.personal import (
    KEPT,
    KINDS,
    Word,
    find,
    id_check,
    is_resident_id,
    kind_of_key,
    luhn,
    star,
    words_in,
)
from tests.private_app import bank_card, credit_code, resident_id, resident_id_with_x

ID, ID_X, CARD, CODE = resident_id(1), resident_id_with_x(), bank_card(7), credit_code()

STARRED = {
    "电话13800000000请": "电话138●●●●0000请",
    "+86 138-0000-0000": "+86 138-●●●●-0000",
    "8613800000000": "86138●●●●0000",
    "138 0000 0000": "138 ●●●● 0000",
    "138.0000.0000": "138.●●●●.0000",
    "１３８００００００００": "１３８●●●●００００",
    "1 3 8 0 0 0 0 0 0 0 0": "1 3 8 ● ● ● ● 0 0 0 0",
    "2026-01-01 13800000000": "2026-01-01 138●●●●0000",
    "m%3D13800000000%26": "m%3D138●●●●0000%26",
    "\\n13800000000": "\\n138●●●●0000",
    "Tel13800000000": "Tel138●●●●0000",
    f"号{ID}。": f"号9{16 * '●'}{ID[-1]}。",
    ID_X: f"9{16 * '●'}X",
    ID_X.lower(): f"9{16 * '●'}x",
    f"{ID[:6]} {ID[6:14]} {ID[14:]}": f"9●●●●● ●●●●●●●● ●●●{ID[-1]}",
    CARD: 12 * "●" + CARD[-4:],
    "a@b.cn": "●@b.cn",
    "zhang.san@example.com.cn": "z●●●●.●●●@example.com.cn",
    "护照E99000017": "护照E●●●●●●17",
    "H90000017": "H●●●●●●17",
    "沪A·D9917": "沪A·●●●●7",
    "021-50009917": "021-5●●●●●17",
    "(021)50009917": "(021)5●●●●●17",
    CODE: f"92{14 * '●'}{CODE[-2:]}",
}
HARMLESS = (
    "138****0000", "138●●●●0000", "20260101000012", "1760606060000", "￥13800.00", "0.13912345678",
    "a13912345678b", "01-01 12:00:00.138  1234  5678", "DD2026010112345678", "2026 01 02 03",
    "550e8400-e29b-41d4-a716-446655440000", "20251020001", "000000000000000000", "icon@2x.png",
    "View@1a2b3c", "G20260101", "0571-20260101", "12345", "106900000000", "2026-01-05 09:30:00",
    "京B 88", "[0,138][1080,2400]", "13800", f"{ID[:17]}0" if ID[17] != "0" else f"{ID[:17]}1",
    CARD[:-1] + str((int(CARD[-1]) + 1) % 10), "1390000000", "139000000000", "", "@", "@.cn",
)  # fmt: skip


@pytest.mark.parametrize("text", STARRED)
def test_personal_data_is_starred_as_a_person_would(text: str) -> None:
    assert star(text) == STARRED[text]


@pytest.mark.parametrize("text", [*STARRED.values(), *HARMLESS])
def test_what_is_harmless_or_starred_already_stays(text: str) -> None:
    assert star(text) == text


def test_two_kinds_in_one_text_are_both_found() -> None:
    found = find(f"{ID}，13800000000；a.b@example.cn")
    assert [span.kind for span in found] == ["resident_id", "mobile", "email"]


def test_check_digits_are_those_of_the_standards() -> None:
    # The example of GB 11643 itself, and a number that card issuers print on specimens.
    assert id_check("11010519491231002") == "X"
    assert is_resident_id("11010519491231002X")
    assert not is_resident_id("110105194912310021")
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")


def test_a_word_in_latin_letters_is_no_part_of_a_longer_one() -> None:
    words = (Word("Li", "name"),)
    assert star("Li, List, Ali, 李Li", words) == "L●, List, Ali, 李L●"


def test_a_password_is_hidden_whatever_it_is_part_of() -> None:
    assert star("pw=Abc123x", (Word("Abc123", "password"),)) == "pw=●●●x"


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("name", "name"), ("child_name", "name"), ("applicant", "name"), ("service_name", None),
        ("home_address", "address"), ("new_mobile", "number"), ("id_number", "number"),
        ("password", "password"), ("service", None), ("number", None), ("typed", None),
    ],
)  # fmt: skip
def test_the_key_of_data_says_what_it_is(key: str, kind: str | None) -> None:
    assert kind_of_key(key) == kind


def test_placeholders_and_single_characters_are_nobody_s_names() -> None:
    assert words_in({"name": "${secret:NAME}", "applicant": "李"}) == ()


def test_every_kind_has_words_and_a_form() -> None:
    assert KINDS.keys() == KEPT.keys()


@given(st.text(alphabet="0123456789 -.@aXx沪A●１\\n%E", max_size=120))
def test_a_starred_text_is_not_starred_again_and_keeps_its_length(text: str) -> None:
    once = star(text)
    assert len(once) == len(text)
    assert find(once) == ()


@pytest.mark.parametrize("unit", ["1", "1 ", "a@", "-1.", "E1", "13 8", "沪A", "@a.", "1 3X"])
def test_a_text_that_nearly_fits_for_ever_is_read_in_a_bounded_time(unit: str) -> None:
    assert len(star(unit * 5_000)) == 5_000 * len(unit)
