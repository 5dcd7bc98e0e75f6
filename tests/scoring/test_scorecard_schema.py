"""What is printed as JSON is what the published schema says."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from harness.model import Outcome
from harness.store import Run
from scoring.index import Indexes
from scoring.schema import PATH, schema_text, write_schema
from scoring.scorecard import Scorecard, score, with_index
from tests.scoring.example import everything
from tests.scoring.records import attempt, attempts, run
from tests.scoring.test_show_index import SAMPLES

ROOT = Path(__file__).parents[2]
PUBLISHED = jsonschema.Draft202012Validator(json.loads(schema_text()))


def test_the_published_schema_is_the_one_of_the_models(tmp_path: Path) -> None:
    assert (ROOT / PATH).read_text(encoding="utf-8") == schema_text(), (
        "run: python -m scoring schema"
    )
    assert write_schema(tmp_path).read_text(encoding="utf-8") == schema_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("index", [None, *SAMPLES.values()])
@pytest.mark.parametrize(
    "of",
    [everything(), run(), run(missing=(attempt(),)), run(*attempts({Outcome.BLOCKED: 2}))],
)
def test_a_card_is_valid(of: Run, index: Indexes | None) -> None:
    card = score([of])
    document = (card if index is None else with_index(card, index)).model_dump_json()
    PUBLISHED.validate(json.loads(document))
    assert Scorecard.model_validate_json(document).model_dump_json() == document


def test_what_is_no_card_is_not_valid() -> None:
    document = json.loads(score([everything()]).model_dump_json())
    del document["tasks"][0]["rate"]["n"]
    with pytest.raises(jsonschema.ValidationError, match="not valid under any"):
        PUBLISHED.validate(document)
