"""A run of an App that shows personal data wherever it can leaves none of it on the disk."""

from __future__ import annotations

import gzip
import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console
from typer.testing import CliRunner

from harness import redaction
from harness.__main__ import app
from harness.covering import NOTHING
from harness.load import Document
from harness.model import (
    AppProfile,
    AttemptRecord,
    Outcome,
    PlannedAttempt,
    RunRecord,
    Scenario,
    SimulatedDevice,
)
from harness.ocr import INSTALL, is_installed, reader
from harness.personal import Word, find, words_of
from harness.plan import expand
from harness.privacy_audit import Audit, Leak, Read, Search, audit, show
from harness.redaction import Redaction, Screen, starred_request
from harness.store import RunDirectory, every_file
from scoring.conclude import conclude
from tests.private_app import (
    DATA,
    GOAL,
    HARMLESS,
    OWNER,
    PRIVATE_APP,
    PROFILE,
    SECRET,
    SECRETS,
    SEEDS,
    STEPS,
)
from tests.rig import PROFILE as SMALL_PROFILE
from tests.rig import SCENARIO, rig, step

TASK = {**SCENARIO, "goal": GOAL, "steps": STEPS, "data": DATA}
WORDS = (
    *words_of(Scenario.model_validate(TASK)),
    Word(OWNER, "private"),
    Word(SECRET, "password"),
)
"""What no form tells."""


def _asked() -> RunRecord:
    """The run as it is asked, as `record_run` makes it."""
    document = Document(Scenario.model_validate(TASK), "scenarios/test/task.yaml")
    planned = PlannedAttempt(
        scenario="task",
        app="small",
        device="phone",
        repetition=1,
        file=document.path,
        steps=expand(document, {}),
    )
    return starred_request(
        RunRecord(
            run_id="seeded",
            started_at=datetime(2026, 1, 5, tzinfo=UTC),
            versions={},
            commit="",
            options={"arguments": f"scenarios/ -k {SEEDS[0].text}"},
            devices={"phone": SimulatedDevice(kind="simulated", apps=("small",))},
            apps=(AppProfile.model_validate({**SMALL_PROFILE, **PROFILE}),),
            scenarios=(document.value,),
            plan=(planned,),
        )
    )


def make_run(results: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, AttemptRecord]:
    """A run of the task in virtual time, scored and reported."""
    with rig(PRIVATE_APP) as phone, RunDirectory.create(results, _asked()) as directory:
        monkeypatch.setattr(phone, "keep", directory.keep)
        record = phone.attempt(
            STEPS, GOAL, profile=PROFILE, scenario={"data": DATA}, secrets=SECRETS
        )
        directory.append(record)
    conclude(directory.path, Console(file=io.StringIO()))
    return directory.path, record


def unmask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes the masking away: what is left is what the run would have kept."""
    monkeypatch.setattr(Redaction, "words", lambda _, text: text)
    monkeypatch.setattr(Redaction, "hides", lambda *_: False)
    monkeypatch.setattr(Redaction, "_without_secrets", lambda _, text: text)
    monkeypatch.setattr(Redaction, "screen", lambda _, hierarchy: Screen(hierarchy, NOTHING))
    monkeypatch.setattr(redaction, "starred_task", lambda scenario, *_: scenario)


@pytest.fixture(scope="module")
def masked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, AttemptRecord]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return make_run(tmp_path_factory.mktemp("masked"), monkeypatch)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The masking is taken away while the run is made, and no longer."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        unmask(monkeypatch)
        return make_run(tmp_path_factory.mktemp("bare"), monkeypatch)[0]


def texts(run: Path) -> str:
    """All that a run has kept, but for pictures, as one text."""
    data = (
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in every_file(run)
        if path.suffix not in (".jpg", ".png", ".webp", ".woff2")
    )
    return "\n".join(one.decode("utf-8", "replace") for one in data)


def searched(run: Path, read: Read | None = None) -> Audit:
    return audit(run, Search(WORDS, read))


def test_a_seeded_run_leaves_no_leak_in_any_file(masked: tuple[Path, AttemptRecord]) -> None:
    found = searched(masked[0])
    assert found.files > 20
    assert found.leaks == ()
    assert found.not_read == ()


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.place)
def test_no_seed_is_anywhere_and_without_masking_each_would_be(
    masked: tuple[Path, AttemptRecord], bare: Path, seed: str
) -> None:
    text = seed.text  # type: ignore[attr-defined]  # pytest's ids have taken its type
    assert text not in texts(masked[0])
    assert text in texts(bare).replace("&amp;", "&")


def test_without_masking_the_audit_finds_every_seed(bare: Path) -> None:
    found = searched(bare)
    kinds = {leak.kind for leak in found.leaks}
    seeded = {span.kind for seed in SEEDS for span in find(seed.text, WORDS)}
    assert len(SEEDS) >= 20
    assert kinds == seeded
    assert all(find(seed.text, WORDS) for seed in SEEDS)
    for place in ("run.json", "attempts/", "evidence/", "report/"):
        assert any(leak.file.startswith(place) for leak in found.leaks), place


def test_what_the_audit_shows_of_a_leak_is_starred(bare: Path) -> None:
    shown = " ".join(leak.excerpt for leak in searched(bare).leaks)
    assert not find(shown, WORDS)


def test_the_court_and_the_steps_know_the_true_text(masked: tuple[Path, AttemptRecord]) -> None:
    record = masked[1]
    assert record.verdict.outcome is Outcome.CRASHED
    assert [each.status for each in record.steps] == [*["done"] * (len(record.steps) - 1), "failed"]
    expected = step(record, "2")
    for words in (expected.expected, expected.seen):
        assert words is not None
        assert words.zh == words.en == "“0: 199●●●●0001”"
    assert "199●●●●0004" in step(record, "8").sentence.zh


def test_what_is_harmless_stays(masked: tuple[Path, AttemptRecord]) -> None:
    kept = texts(masked[0])
    assert all(text in kept for text in HARMLESS)


def test_faces_codes_and_boxes_of_digits_are_black_in_the_picture(
    masked: tuple[Path, AttemptRecord], bare: Path
) -> None:
    run, record = masked
    with rig(PRIVATE_APP) as phone:
        phone.attempt(
            ["launch", *({"tap": {"id": "next"}},) * 2], goal={"visible": {"id": "owner"}}
        )
        hierarchy = phone.driver.hierarchy()
    redaction = Redaction(mask=AppProfile.model_validate({**SMALL_PROFILE, **PROFILE}).mask)
    boxes = redaction.screen(hierarchy).cover.boxes
    assert len(boxes) == 4 + 11
    name = step(record, "4").after
    assert name is not None
    picture = Image.open(run / "evidence" / name[:2] / name).convert("L")
    for box in boxes:
        inside = picture.crop((box.left + 4, box.top + 4, box.right - 4, box.bottom - 4))
        assert inside.getextrema()[1] < 24  # type: ignore[operator]  # one band: a pair of numbers


@pytest.mark.skipif(
    not is_installed() and os.environ.get("CI") != "true", reason="pictures are read after make ocr"
)
def test_no_picture_of_a_seeded_run_can_be_read_for_a_leak(
    masked: tuple[Path, AttemptRecord], bare: Path
) -> None:
    """Those of the evidence: all others are made from them, and smaller."""

    def leaks(run: Path) -> tuple[Leak, ...]:
        return audit(run, Search(WORDS, reader()), pictures_of_evidence).leaks

    assert leaks(masked[0]) == ()
    assert len({leak.kind for leak in leaks(bare)}) > 8


def pictures_of_evidence(files: tuple[Path, ...]) -> list[Path]:
    return [path for path in files if path.suffix == ".jpg" and "evidence" in path.parts]


def test_the_command_says_what_it_found_and_that_pictures_were_not_read(
    masked: tuple[Path, AttemptRecord], bare: Path
) -> None:
    fine = CliRunner().invoke(app, ["audit-privacy", str(masked[0]), "--no-ocr"])
    assert fine.exit_code == 0
    assert "pictures were not read" in fine.output
    leaky = CliRunner().invoke(app, ["audit-privacy", str(bare), "--no-ocr", "--json"])
    assert leaky.exit_code == 1
    begin, end = leaky.output.index("{"), leaky.output.rindex("}") + 1
    assert len(Audit.model_validate_json(leaky.output[begin:end]).leaks) > 20


def test_the_terminal_says_how_to_make_pictures_readable(bare: Path) -> None:
    screen = io.StringIO()
    show(searched(bare), Console(file=screen, width=120), INSTALL)
    assert INSTALL in screen.getvalue()
    assert "more: --json" in screen.getvalue()
