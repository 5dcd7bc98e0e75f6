"""Pages of a task that asks whether a thumb reaches what is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from harness.model import Outcome
from harness.store import RunDirectory
from tests.report import drawn
from tests.report.conftest import Open
from tests.scoring import records


@pytest.fixture(scope="module")
def page_of_attempt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    record = records.attempt(Outcome.COMPLETED)
    results = tmp_path_factory.mktemp("results")
    with RunDirectory.create(results, records.request(record)) as directory:
        made = drawn.steps(directory.keep, record.id, 3)
        reached = [
            step.model_copy(update={"in_reach": reach})
            for step, reach in zip(made, (None, False, True), strict=True)
        ]
        directory.append(record.model_copy(update={"steps": tuple(reached)}))
    pages = drawn.report(directory.path).parent.rglob("*.html")
    return next(page for page in pages if 'id="s3"' in page.read_text(encoding="utf-8"))


def test_a_step_says_whether_a_thumb_reaches_what_it_touches(
    open_page: Open, page_of_attempt: Path
) -> None:
    page, watched = open_page(page_of_attempt)
    expect(page.locator(".step[data-step='1'] .reach")).to_have_count(0)
    expect(page.locator(".step[data-step='2'] .reach")).to_contain_text("单手拇指够不到")
    expect(page.locator(".step[data-step='3'] .reach")).to_contain_text("单手拇指够得到")
    assert (watched.said, watched.asked) == ([], [])
