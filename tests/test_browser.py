"""What runs in a browser, as one file: modules become one script, and nothing else may run."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from labelcore import browser


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(browser, "FILES", tmp_path)
    browser.bundled_script.cache_clear()
    yield tmp_path
    browser.bundled_script.cache_clear()


def test_modules_stand_in_the_order_in_which_they_need_each_other(folder: Path) -> None:
    (folder / "a.js").write_text(
        'import { b } from "./b.js";\nimport c from "./c.js";\nexport const a = b + c;\n'
    )
    (folder / "b.js").write_text('import c from "./c.js";\nexport const b = c;\n')
    (folder / "c.js").write_text("const c = 1;\nexport default function three() {}\n")
    script = browser.bundled_script("a.js")
    assert re.findall(r"^const (module_\w+)", script, re.MULTILINE) == ["module_c", "module_b", "module_a"]
    assert "const { b } = module_b;" in script and "const { default: c } = module_c;" in script
    assert "return { default: three };" in script
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)


def test_a_circle_of_modules_is_refused(folder: Path) -> None:
    (folder / "a.js").write_text('import { b } from "./b.js";\nexport const a = 1;\n')
    (folder / "b.js").write_text('import { a } from "./a.js";\nexport const b = 1;\n')
    with pytest.raises(ValueError, match=r"a\.js > b\.js > a\.js"):
        browser.bundled_script("a.js")


@pytest.mark.parametrize("line", ["// </script>", "// <!--", "const x = '<SCRIPT';"])
def test_a_module_that_would_end_its_element_is_refused(folder: Path, line: str) -> None:
    (folder / "a.js").write_text(f"{line}\n")
    with pytest.raises(ValueError, match="script element"):
        browser.bundled_script("a.js")


def test_every_import_and_export_is_of_a_form_that_is_bundled() -> None:
    script = browser.bundled_script("pack.js")
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)


def test_the_policy_of_a_page_lets_its_script_and_styles_run_and_nothing_else() -> None:
    page = browser.page_with("pack", '{"text": "__script__ </script><style>"}')
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy and "unsafe" not in policy[1] and policy[1].startswith("default-src 'none';")
    for element, directive in (("script", "script-src"), ("style", "style-src")):
        (content,) = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy[1]
    assert page.count("__script__") == 1
