"""What a page shows of a heavy text is light enough for a browser, and says what it leaves out."""

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from labelcore.messages import say
from labelcore.text.showing import MOST, clock, columns_of, shortened, showable


@pytest.mark.parametrize("mark", ["\u0301", "\u20dd", "\u0e49"])
def test_no_letter_carries_more_marks_than_a_page_can_lay_out(mark: str) -> None:
    shown = showable(f"caf\u00e9 e{mark * 199_000} end").text
    assert not re.search(f"{mark}{{9}}", shown)
    assert showable(f"e{mark} a{mark * 3}").text == f"e{mark} a{mark * 3}"


def test_of_a_long_text_the_beginning_is_shown_and_the_rest_is_counted() -> None:
    assert showable("x" * 1_000_000) == ("x" * MOST, 1_000_000 - MOST)
    assert showable("short") == ("short", 0)


@given(text=st.text("ab \n\t价格。", max_size=80), columns=st.integers(1, 30))
def test_a_line_holds_as_much_of_a_text_as_it_is_wide(text: str, columns: int) -> None:
    line, short = " ".join(text.split()), shortened(text, columns)
    if columns_of(line) <= columns and len(text) <= 4 * columns:
        assert short == line
        return
    assert short.endswith("…") and "\n" not in short
    beginning = short.removesuffix("…")
    assert line.startswith(beginning) and columns_of(beginning) <= columns
    assert len(text) > 4 * columns or columns_of(line[: len(beginning) + 2]) > columns


def test_chinese_takes_two_columns() -> None:
    assert columns_of("价格 OK。") == 9
    assert shortened("价格不对，少了两元", 7) == "价格不…"
    assert shortened("a price\nthat is wrong", 9) == "a price t…"


def test_a_moment_is_told_in_utc_and_one_without_a_zone_is_not_told() -> None:
    noon = datetime(2031, 1, 1, 12, 0, 30, tzinfo=timezone(timedelta(hours=8), "CST"))
    assert clock(noon) == "2031-01-01 04:00 UTC"
    assert clock(noon, seconds=True) == "2031-01-01 04:00:30 UTC"
    assert say("As of {at:%H:%M %Z}.", at=noon) == "As of 04:00 UTC."
    with pytest.raises(ValueError, match="no zone"):
        clock(noon.replace(tzinfo=None))
