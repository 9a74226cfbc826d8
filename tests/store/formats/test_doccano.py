"""doccano: labels with comments, and the older export that names people."""

from __future__ import annotations

from labelcore.store.formats import every_tool
from tests.store.formats.source import lines, read, said

NEWER = [
    {"id": 1, "text": "The tenant pays.", "label": ["correct"], "Comments": ["as in § 4"], "lang": "en"},
    {"id": 2, "text": "The landlord pays.", "label": ["wrong", "harmful"], "Comments": []},
    {"id": 3, "text": "Ask Ada.", "label": [[4, 7, "PERSON"]], "Comments": []},
]
OLDER = [
    {
        "id": 1,
        "text": "The tenant pays.",
        "meta": {"doc": 4},
        "annotation_approver": None,
        "annotations": [{"label": 2, "user": 1}, {"label": 3, "user": 5}],
    },
    {
        "id": 2,
        "text": "Ask Ada.",
        "meta": {},
        "annotation_approver": None,
        "annotations": [{"label": 1, "start_offset": 4, "end_offset": 7, "user": 1}],
    },
]


def test_the_labels_of_a_text_are_a_grade_whose_meaning_is_asked() -> None:
    rows = read("doccano", lines(NEWER))
    assert [(row.output, row.id) for row in rows[:2]] == [
        ("The tenant pays.", "1"),
        ("The landlord pays.", "2"),
    ]
    assert [said(row) for row in rows] == [
        [("grade", "", "correct", "", "")],
        [("grade", "", "wrong, harmful", "", "")],
        [],
    ]
    assert rows[0].remarks[0].reason == "as in § 4"


def test_older_exports_name_who_labelled() -> None:
    rows = read("doccano", lines(OLDER))
    assert [said(row) for row in rows] == [[("grade", "", "2", "", "1"), ("grade", "", "3", "", "5")], []]


def test_a_comment_that_names_nobody_is_no_reason_of_several_people() -> None:
    (row,) = read("doccano", lines([{**OLDER[0], "Comments": ["as in § 4"]}]))
    assert [remark.reason for remark in row.remarks] == ["", ""]
    assert row.details["comments"] == "as in § 4"


def test_a_text_with_labels_alone_is_not_taken_unasked() -> None:
    bare = [{key: value for key, value in row.items() if key != "Comments"} for row in NEWER]
    assert 0 < every_tool()["doccano"].recognise(lines(bare).head) < 0.5


def test_a_comment_on_a_text_that_nobody_labelled_comes_along() -> None:
    record = {**NEWER[0], "label": [], "Comments": ["no label fits"]}
    (row, _) = read("doccano", lines([record, NEWER[1]]))
    assert (said(row), row.details["comments"]) == ([], "no label fits")


def test_no_comments_leave_nothing() -> None:
    rows = read("doccano", lines([{**NEWER[1], "label": []}, NEWER[1]]))
    assert [(row.details, [remark.reason for remark in row.remarks]) for row in rows] == [
        ({}, []),
        ({}, [""]),
    ]
