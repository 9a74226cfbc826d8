"""Charts: no two rows share a name, whatever is cut from it."""

from hypothesis import given, strategies as st

from pages.widgets.charts import row_names

START = "durability and reduced demand for paper are invented"


def test_judges_of_one_long_criterion_keep_their_own_rows() -> None:
    first, second = row_names([f"{START} · learned", f"{START} · characters"])
    assert first.endswith("· learned")
    assert second.endswith("· characters")


@given(st.lists(st.sampled_from([START, START + "x" * 40, START + "y" + "x" * 40, "a", "a (2)"])))
def test_no_two_rows_share_a_name(names: list[str]) -> None:
    assert len(set(row_names(names))) == len(names)
