"""A page of a report as PDF, an evidence sheet to sign: printed by the Chromium that is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

from harness.errors import ResultsTrouble, UsageError
from harness.model import Words

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PAGE = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9._-]+)?")
LONGEST_S = 120


def print_page(site: Path, page: str, language: Literal["zh", "en"] = "zh") -> Path:
    """Prints a page into pdf/ of the report and returns the file.

    Args:
        site: the report's folder.
        page: its address there without `.html`: `tasks/search`, `apps/sample_city-simulated`.
        language: in which it is printed.

    Raises:
        UsageError: there is no such page, or no Chromium.
        ResultsTrouble: Chromium did not print it.
    """
    source = site / f"{page}.html"
    if not PAGE.fullmatch(page) or not source.is_file():
        zh = f"{site} 里没有这一页；页名如 tasks/TASK、attempts/...，和页面里的链接一样"
        en = f"no page of {site}; one is tasks/TASK, attempts/... as its links"
        raise UsageError(f"{page}: {Words(zh=zh, en=en)}")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        zh = f"生成 PDF 需要其中之一：{'、'.join(PROGRAMS)}；用浏览器打印页面也行"
        en = f"a PDF needs one of {', '.join(PROGRAMS)}; a browser prints the page as well"
        raise UsageError(Words(zh=zh, en=en))
    target = site / "pdf" / f"{page.replace('/', '.')}.pdf"
    target.parent.mkdir(exist_ok=True)
    _run(program, source, target, language)
    return target


def _run(program: str, source: Path, target: Path, language: str) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = (
            program,
            "--headless=new",
            *(("--no-sandbox",) if os.geteuid() == 0 else ()),
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={profile}",
            f"--print-to-pdf={target.resolve()}",
            f"{source.resolve().as_uri()}?print={language}",
        )
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=LONGEST_S)
        except (subprocess.SubprocessError, OSError) as exc:
            raise ResultsTrouble(f"{target}: Chromium has not printed it: {exc}") from exc
    if not target.is_file():
        raise ResultsTrouble(f"{target}: Chromium has not printed it, and does not say why")
