"""A proposed change of a profile can be applied, and says what a person would have written."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harness.load import load_profile
from harness.model import Box, ById, ByText, Likeness, Locator, Words
from harness.proposal import propose

PROFILE = """\
# yaml-language-server: $schema=../../docs/schema/profile.schema.json
id: city
name: {zh: 市民云}
city: 样例市
level: prefecture
android: {package: cn.example.city}
verified: {package: never, elements: never}
elements:
  home.title: [{id: title}]  # 首页
  home.search: ELEMENT
  home.more: [{id: more}]
"""
FORMS = {
    "flow": "[{id: home_search}, {text: 搜索}]",
    "block": "\n    - {id: home_search}\n    - {text: 搜索}",
    "block, not indented": "\n  - {id: home_search}\n  - {text: 搜索}",
    "over lines": "[{id: home_search},\n    {text: 搜索}]",
}
HOSTILE = 'x", text: {id: "y"}]\n- &a !!python/object'


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("locator", [ById(id="search_home"), ByText(text=HOSTILE)])
def test_git_applies_it_and_the_profile_then_says_it(
    tmp_path: Path, form: str, locator: Locator
) -> None:
    path = tmp_path / "scenarios" / "apps" / "city.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(PROFILE.replace("ELEMENT", FORMS[form]), encoding="utf-8")
    document = load_profile(path, root=tmp_path)
    like = Likeness(
        element="home.search",
        locator=locator,
        why=Words(zh="id 的意思相同", en="its id says the same"),
        box=Box(left=0, top=0, right=1, bottom=1),
    )
    proposed = propose(document, path.read_text(encoding="utf-8"), like)
    subprocess.run(
        ("git", "apply", "-"), input=proposed.encode(), cwd=tmp_path, check=True, timeout=30
    )
    elements = load_profile(path, root=tmp_path).value.elements
    assert elements["home.search"] == (locator, *document.value.elements["home.search"])
    assert elements["home.title"] == document.value.elements["home.title"]
    assert elements["home.more"] == document.value.elements["home.more"]
