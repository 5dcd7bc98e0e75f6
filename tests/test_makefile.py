"""`make android` sets up what the tasks need over the Android stack, or says what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STAMP = "node_modules/.installed.stamp"
TOOLS = ("sh", "bash", "make", "flock", "touch", "mkdir", "cat", "sed", "test", "rm")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the real Makefile, and a PATH on which there is no Node.js."""
    for name in ("Makefile", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def program(project: Path, name: str, script: str) -> None:
    path = project / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        # Told here, as the tests themselves may run under make, which then names folders.
        ["make", "--no-print-directory", *(arguments or (STAMP,))],
        cwd=project,
        env={**os.environ, "PATH": str(project / "bin")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_without_node_it_says_what_to_install(project: Path) -> None:
    ran = make(project)
    assert ran.returncode == 2
    assert "Node.js was not found." in ran.stderr
    assert "https://nodejs.org/en/download, then: make android" in ran.stderr


@pytest.mark.skipif(
    shutil.which("node") is None and os.environ.get("CI") != "true",
    reason="the rule is written for Node.js, and there is none",
)
@pytest.mark.parametrize(
    ("version", "serves"),
    [
        ("18.20.4", False),
        ("20.18.3", False),
        ("20.19.0", True),
        ("21.7.0", False),
        ("22.11.0", False),
        ("22.12.0", True),
        ("23.11.0", False),
        ("24.0.0", True),
    ],
)
def test_a_node_serves_when_appium_says_so(project: Path, version: str, serves: bool) -> None:
    program(project, "npm", "mkdir -p node_modules")
    pretend = f"Object.defineProperty(process.versions, 'node', {{value: '{version}'}})"
    (project / "pretend.js").write_text(pretend)
    real = shutil.which("node")
    old = (
        f'if [ "$1" = --version ]; then echo v{version}; else exec {real} -r ./pretend.js "$@"; fi'
    )
    program(project, "node", old)
    ran = make(project)
    assert (ran.returncode == 0) is serves, ran.stderr
    assert serves or f"bin/node is Node.js v{version}." in ran.stderr


def test_an_installation_that_was_cut_off_starts_over(project: Path) -> None:
    program(project, "node", "exit 0")
    program(project, "npm", "mkdir -p node_modules; exit 1")
    ran = make(project)
    assert ran.returncode == 2
    assert "The next make starts it over." in ran.stderr
    assert not (project / STAMP).exists()
    program(project, "npm", "echo npm was called with $*; mkdir -p node_modules")
    assert "npm was called with ci --ignore-scripts" in make(project).stdout
    assert "npm was called" not in make(project).stdout


def test_a_newer_lock_is_installed(project: Path) -> None:
    program(project, "node", "exit 0")
    program(project, "npm", "echo npm was called; mkdir -p node_modules")
    make(project)
    later = (project / STAMP).stat().st_mtime + 10
    os.utime(project / "package-lock.json", (later, later))
    assert "npm was called" in make(project).stdout


@pytest.fixture
def run_tasks(project: Path) -> tuple[str, ...]:
    """Has `make android` do all but set up, with a Python that says how it was called."""
    program(project, "python", 'echo "python $*"')
    installed = (".venv/run.stamp", STAMP)
    return (
        "android",
        f"PYTHON={project / 'bin' / 'python'}",
        *(f"--assume-old={stamp}" for stamp in installed),
    )


def test_with_chromium_the_tasks_run_at_once(project: Path, run_tasks: tuple[str, ...]) -> None:
    for name in ("chromium", "chromedriver"):
        program(project, name, "exit 0")
    ran = make(project, *run_tasks, "ARGS=--repeat 3")
    assert ran.stdout == "python -m pytest scenarios/ --device android --repeat 3\n"
    assert ran.stderr == ""


def test_without_chromium_a_user_is_told_what_to_install_and_the_tasks_run(
    project: Path, run_tasks: tuple[str, ...]
) -> None:
    program(project, "id", "echo 1000")
    ran = make(project, *run_tasks)
    assert "python -m pytest scenarios/ --device android" in ran.stdout
    assert "tasks with web pages in Apps are left out" in ran.stderr
    assert "apt-get install -y --no-install-recommends chromium chromium-driver" in ran.stderr


def test_without_chromium_root_has_it_installed(project: Path, run_tasks: tuple[str, ...]) -> None:
    program(project, "id", "echo 0")
    program(
        project,
        "apt-get",
        f'echo "$*" >> called; case $1 in install) cd {project}/bin; '
        "for each in chromium chromedriver; do cat python > $each; chmod +x $each; done; esac",
    )
    (project / "bin" / "chmod").symlink_to(shutil.which("chmod") or "")
    ran = make(project, *run_tasks)
    assert ran.stderr == ""
    update, install = (project / "called").read_text().splitlines()
    assert update == "update"
    assert install.startswith("install -y --no-install-recommends chromium chromium-driver")


def test_an_installation_of_chromium_that_fails_stops_no_task(
    project: Path, run_tasks: tuple[str, ...]
) -> None:
    program(project, "id", "echo 0")
    program(project, "apt-get", "exit 100")
    ran = make(project, *run_tasks)
    assert ran.returncode == 0
    assert "tasks with web pages in Apps are left out" in ran.stderr
    assert "python -m pytest scenarios/" in ran.stdout


def test_the_lock_names_versions_and_hashes_but_no_address() -> None:
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity": "sha512-') > 300


def test_the_tasks_run_on_the_phone_that_is_asked_for(project: Path) -> None:
    (project / "requirements" / "run.lock").touch()
    ran = make(project, "--dry-run", "android", "DEVICE=emulator", "ARGS=-n 2")
    assert ran.returncode == 0, ran.stderr
    assert "pytest scenarios/ --device emulator -n 2" in ran.stdout
