"""What docs/deployment/asvs.md claims: every requirement of level 1 is in it, and what holds is shown by
tests or places in the code that there are.
"""

import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_LEVEL_1 = (
    *(
        "2.1.1-12",
        "2.2.1-3",
        "2.3.1",
        "2.5.1-6",
        "2.7.1-4",
        "2.8.1",
        "3.1.1",
        "3.2.1-3",
        "3.3.1-2",
        "3.4.1-5",
    ),
    *(
        "3.7.1",
        "4.1.1-3",
        "4.1.5",
        "4.2.1-2",
        "4.3.1-2",
        "5.1.1-5",
        "5.2.1-8",
        "5.3.1-10",
        "5.5.1-4",
        "6.2.1",
    ),
    *("7.1.1-2", "7.4.1", "8.2.1-3", "8.3.1-4", "9.1.1-3", "10.3.1-3", "11.1.1-5", "12.1.1", "12.3.1-5"),
    *("12.4.1-2", "12.5.1-2", "12.6.1", "13.1.1", "13.1.3", "13.2.1-3", "13.3.1", "14.2.1-3", "14.3.2-3"),
    *("14.4.1-7", "14.5.1-3"),
)
_ROW = re.compile(r"^\| (\d+\.\d+\.\d+) (.+?) \| (yes|no|n/a) \| (.+) \|$", re.MULTILINE)


def _page() -> str:
    return (_ROOT / "docs" / "deployment" / "asvs.md").read_text("utf-8")


ROWS = [found.groups() for found in _ROW.finditer(_page())]


def test_every_requirement_of_level_1_has_one_line() -> None:
    wanted = []
    for part in _LEVEL_1:
        chapter, _, numbers = part.rpartition(".")
        first, _, last = numbers.partition("-")
        wanted += [f"{chapter}.{number}" for number in range(int(first), int(last or first) + 1)]
    assert len(wanted) == 128
    assert [number for number, *_ in ROWS] == wanted
    assert len(ROWS) == _page().count("\n| ") - 1, "a line that is not understood"
    for holds, words in (("yes", "hold, "), ("n/a", "concern nothing here"), ("no", "do not hold")):
        assert f"{sum(row[2] == holds for row in ROWS)} {words}" in _page()


def test_files_of_tests_have_names_of_their_own() -> None:
    names = [file.name for file in _ROOT.glob("tests/**/test_*.py")]
    named = {file for row in ROWS for file in re.findall(r"`(test_\w+\.py)::", row[3])}
    assert named and not [name for name in named if names.count(name) != 1]


@pytest.mark.parametrize(("number", "_what", "holds", "shown"), ROWS, ids=[row[0] for row in ROWS])
def test_what_holds_is_shown_by_what_there_is(number: str, _what: str, holds: str, shown: str) -> None:
    tests = re.findall(r"`(test_\w+\.py)::(test_\w+)`", shown)
    places = re.findall(r"`?\b((?:labelcore|pages|docs)/[\w./]+\.\w+|constraints\.txt)`?", shown)
    for file, name in tests:
        [found] = (_ROOT / "tests").rglob(file)
        assert re.search(rf"^ *def {name}\(", found.read_text("utf-8"), re.MULTILINE), name
    for place in places:
        assert (_ROOT / place).is_file(), place
    assert len(re.findall(r"\btest_\w+", shown)) == 2 * len(tests), "a test without its file"
    assert tests or places or (holds != "yes" and len(shown.split()) > 2), number
