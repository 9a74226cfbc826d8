"""What a page shows of a heavy text is light enough for a browser, and says what it leaves out."""

import re

import pytest

from labelcore.text.showing import MOST, showable


@pytest.mark.parametrize("mark", ["\u0301", "\u20dd", "\u0e49"])
def test_no_letter_carries_more_marks_than_a_page_can_lay_out(mark: str) -> None:
    shown = showable(f"caf\u00e9 e{mark * 199_000} end").text
    assert not re.search(f"{mark}{{9}}", shown)
    assert showable(f"e{mark} a{mark * 3}").text == f"e{mark} a{mark * 3}"


def test_of_a_long_text_the_beginning_is_shown_and_the_rest_is_counted() -> None:
    assert showable("x" * 1_000_000) == ("x" * MOST, 1_000_000 - MOST)
    assert showable("short") == ("short", 0)
