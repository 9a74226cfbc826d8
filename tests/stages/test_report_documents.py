"""Documents of reports: inert, in words that are exact, and slices in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labelcore.errors import BadInput
from labelcore.models import Output
from labelcore.stages.reporting import checking, slicing
from labelcore.stages.reporting.card import read_card
from labelcore.stages.reporting.document import Document, Intervals, ReportText, Table
from labelcore.stages.reporting.html import to_html
from labelcore.stages.reporting.pdf import to_pdf
from labelcore.stats.rate import Rate, not_measurable, proportion
from labelcore.workspace import Workspace

pytestmark = pytest.mark.whole

HOSTILE = '<script>alert(1)</script><img src="http://x/y.png">'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[" * 50_000, "not JSON"),
        ("[]", "not a judge card"),
        ('{"form": "x"}', "not a judge card"),
        ('{"form": "labelcore judge card 1"}', "field"),
    ],
)
def test_a_file_that_is_no_card_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_card(text)


def test_nothing_to_check_is_said(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="nothing to check"):
        checking.check(workspace)
    with pytest.raises(BadInput, match="needs a judge"):
        checking.check(workspace, min_tpr=0.5)


def test_a_report_is_inert_whole_and_written_twice_alike() -> None:
    rates = (proportion(8, 10), not_measurable("nobody graded"))
    document = Document(
        title=HOSTILE,
        subtitle="中文 and العربية",
        blocks=(
            ReportText(words=HOSTILE, tone="bad"),
            Table(title=HOSTILE, columns=("a", HOSTILE), rows=((HOSTILE, "太长了"),)),
            Intervals(title=HOSTILE, names=(HOSTILE, "太长了"), series={HOSTILE: rates}),
        ),
    )
    html = to_html(document)
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "default-src 'none'" in html
    assert "not measurable" in html
    assert "80% (49% to 94%), n = 10" in html
    pdf = to_pdf(document)
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 2_000


@pytest.mark.parametrize("text", ["中文" * 2_000, "<b>&" * 2_000])
def test_a_pdf_holds_the_beginning_of_what_is_longer_than_its_pages(text: str) -> None:
    blocks = (
        ReportText(words=text, tone="heading"),
        ReportText(words=text, tone="care"),
        Table(title=text, columns=("criterion", "version"), rows=((text, "1"), ("short", text))),
    )
    pdf = to_pdf(Document(title=text, subtitle=text, blocks=blocks))
    assert pdf.startswith(b"%PDF")
    assert len(pdf) < 100_000


def test_slices_are_adjusted_for_their_number(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., object]
) -> None:
    for city, fails in (("Ulm", 2), ("Bonn", 3), ("Kiel", 18)):
        made = add_outputs(*(f"{city} {i}" for i in range(20)), metadata={"city": city})
        give_all(made, ["fail"] * fails + ["pass"] * (20 - fails))
    assert slicing.fields(workspace) == ["city"]
    (found,) = slicing.slices(workspace)
    assert found.rows[0].name == "Kiel"
    assert found.rows[0].p is not None
    assert found.rows[0].p < 0.01
    assert all(row.together.low <= row.rate.low for row in found.rows if row.rate.low is not None)


def test_a_rate_in_words_never_says_zero_for_the_unknown() -> None:
    from labelcore.stats.rate import in_words

    assert in_words(not_measurable("there are no fails")) == "not measurable: there are no fails"
    assert in_words(Rate(value=0.5, low=0.4, high=0.6, n=1_000)) == "50% (40% to 60%, n = 1,000)"


def test_slices_say_that_outputs_share_sources_and_which_fields_there_are(
    workspace: Workspace, give: Callable[..., object], add_outputs: Callable[..., list[Output]]
) -> None:
    for city in ("Ulm", "Bonn"):
        made = add_outputs(*(f"{city} {k}" for k in range(10)), metadata={"city": city}, group_key=city)
        for output in made:
            give(output, "pass" if city == "Ulm" else "fail")
    (found,) = slicing.slices(workspace, by=["city"])
    assert {row.name: row.rate.value for row in found.rows} == {"Ulm": 1, "Bonn": 0}
    for row in found.rows:
        assert row.rate.low is None and "1 source only" in (row.rate.why_not or "")
        assert row.p is None and row.says == "too few sources to tell (1)"
    with pytest.raises(BadInput, match=r"no.* field 'town'|field 'town'.*Slice by city"):
        slicing.slices(workspace, by=["town"])


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (674 / 677, "99.6%"),
        (3 / 677, "0.4%"),
        (1.0, "100%"),
        (0.0, "0%"),
        (1 - 1e-6, ">99.9%"),
        (1e-6, "<0.1%"),
    ],
)
def test_all_and_none_are_said_only_where_they_are_exact(share: float, words: str) -> None:
    from labelcore.stats.rate import share_words

    assert share_words(share) == words
