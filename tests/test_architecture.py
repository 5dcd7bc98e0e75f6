"""The import graph is the architecture: contracts in pyproject.toml, and what has one room only."""

from __future__ import annotations

import re
from pathlib import Path

import grimp
import pytest
from importlinter import cli

ROOT = Path(__file__).parents[1]
ROOMS = {
    "appium": {"harness.appium_driver"},
    "selenium": {"harness.appium_driver"},
    "pytest": {f"harness.plugin.{name}" for name in ("options", "tasks", "session", "workers")},
    "xdist": {"harness.plugin.workers"},
    "filelock": {
        "harness.leases",
        "harness.pace",
        "harness.processes.emulator",
        "harness.processes.leash",
        "harness.processes.supervised",
    },
    "_pytest": set(),
    "subprocess": {
        "harness.phone.web",
        "harness.processes.adb_server",
        "harness.processes.android_sdk",
        "harness.processes.leash",
        "harness.processes.node",
        "harness.processes.revision",
        "harness.processes.simulated_phone",
        "harness.processes.supervised",
        "scoring.report.printing",
    },
    "adbutils": {"harness.processes.adb_server", "harness.processes.android_sdk"},
    "psutil": {
        "harness.processes.family",
        "harness.processes.leash",
        "harness.processes.supervised",
    },
    "yaml": {"harness.yaml_source", "harness.yaml_errors"},
    "lark": {"harness.phone.uiselector", "harness.phone.android.shell_language"},
    "apkInspector": {"harness.phone.android.apk"},
    "starlette": {
        "harness.assist.server",
        "harness.door",
        "harness.inspect.server",
        "harness.phone.protocol",
        "scoring.review.server",
    },
    "websocket": {"harness.phone.web"},
    "uvicorn": {"harness.assist.server", "harness.door", "harness.phone.server"},
    "statsmodels": {"scoring.measures", "scoring.differences", "scoring.sample_size"},
    "scipy": {"scoring.measures", "scoring.differences", "scoring.index", "scoring.weights"},
    "pyarrow": {"scoring.pack"},
    "xlsxwriter": {"scoring.workbook"},
    "jinja2": {"scoring.report.pages"},
    "rapidocr": {"harness.ocr"},
    "krippendorff": {"scoring.review.agreement"},
    "matplotlib": {"scoring.charts"},
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        "harness", "scoring", include_external_packages=True, exclude_type_checking_imports=True
    )


def test_the_contracts_of_pyproject_hold(capsys: pytest.CaptureFixture[str]) -> None:
    broken = cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert not broken, capsys.readouterr().out


@pytest.mark.parametrize("library", ROOMS)
def test_a_library_is_known_in_its_room_only(graph: grimp.ImportGraph, library: str) -> None:
    knows = graph.find_modules_that_directly_import(library) if library in graph.modules else set()
    assert knows <= ROOMS[library]


@pytest.mark.parametrize("leaf", ["harness.model", "harness.errors", "harness.clock"])
def test_the_words_import_nothing_of_ours(graph: grimp.ImportGraph, leaf: str) -> None:
    ours = {
        name
        for name in graph.find_modules_directly_imported_by(leaf)
        if name.startswith(("harness", "scoring"))
    }
    assert ours == set()


def test_there_is_no_circle(graph: grimp.ImportGraph) -> None:
    modules = [name for name in graph.modules if name.startswith(("harness", "scoring"))]
    circles = [
        name
        for name in modules
        for imported in graph.find_modules_directly_imported_by(name)
        if imported.startswith(("harness", "scoring"))
        and graph.chain_exists(importer=imported, imported=name)
    ]
    assert circles == []


def test_packages_re_export_nothing(graph: grimp.ImportGraph) -> None:
    for package in (
        "harness",
        "harness.inspect",
        "harness.assist",
        "harness.processes",
        "harness.phone",
        "harness.phone.android",
        "scoring",
        "scoring.report",
        "scoring.review",
    ):
        assert not graph.find_modules_directly_imported_by(package)


PACKAGES = (
    "harness",
    "harness.inspect",
    "harness.phone",
    "harness.phone.android",
    "scoring",
    "scoring.report",
    "scoring.review",
)


def listed(package: str) -> list[str]:
    """The modules that the architecture page lists for a package, from top to bottom."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    heading = re.escape(package.replace(".", "/"))
    section = re.search(rf"^## {heading}/$(.+?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return re.findall(r"^\| `(\w+)` \|", section[1], re.MULTILINE) if section else []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_architecture_page_names_every_module_and_no_other(package: str) -> None:
    folder = ROOT / package.replace(".", "/")
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")} - {"phone"}
    assert sorted(listed(package)) == sorted(modules | packages)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_module_imports_only_what_the_architecture_page_lists_below_it(
    graph: grimp.ImportGraph, package: str
) -> None:
    names = [f"{package}.{name}" for name in listed(package)]
    upwards = [
        f"{importer} imports {imported}"
        for place, importer in enumerate(names)
        for imported in names[:place]
        if graph.direct_import_exists(importer=importer, imported=imported, as_packages=True)
    ]
    assert upwards == []
