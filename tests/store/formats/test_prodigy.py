"""Prodigy: accepted and rejected tasks, and chosen options."""

from __future__ import annotations

from tests.store.formats.source import contents, lines, read, said

BINARY = [
    {
        "text": "The tenant pays.",
        "label": "GROUNDED",
        "meta": {"source": "lease"},
        "_input_hash": 11,
        "_task_hash": 2,
        "_session_id": "db-gus",
        "_annotator_id": "gus",
        "_view_id": "classification",
        "answer": "accept",
        "_timestamp": 1790000000,
    },
    {
        "text": "The tenant pays.",
        "label": "GROUNDED",
        "_input_hash": 11,
        "_task_hash": 2,
        "_session_id": "db-hal",
        "_annotator_id": "hal",
        "answer": "reject",
        "comment": "not in the text",
    },
    {"text": "Unreadable", "label": "GROUNDED", "_input_hash": 12, "_task_hash": 3, "answer": "ignore"},
]
CHOICES = [
    {
        "prompt": "Say hi",
        "response": "Hello",
        "options": [{"id": "good", "text": "Good"}, {"id": "kind", "text": "Kind"}],
        "accept": ["good", "kind"],
        "_input_hash": 21,
        "_task_hash": 1,
        "_session_id": "gus",
        "answer": "accept",
    },
    {
        "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
        "options": [],
        "accept": [],
        "_input_hash": 22,
        "_task_hash": 1,
        "answer": "reject",
    },
]


def test_an_answer_says_of_its_label_whether_it_fits_and_its_meaning_is_asked() -> None:
    rows = read("prodigy", lines(BINARY))
    assert [(row.number, row.id, row.output) for row in rows[:2]] == [
        (1, "11", "The tenant pays."),
        (2, "11", "The tenant pays."),
    ]
    assert [said(row) for row in rows] == [
        [("grade", "GROUNDED", "yes", "", "gus")],
        [("grade", "GROUNDED", "no", "", "hal")],
        [],
    ]
    assert (rows[0].remarks[0].at[:4], rows[1].remarks[0].reason) == ("2026", "not in the text")


def test_chosen_options_are_the_answer_and_a_rejected_choice_is_none() -> None:
    first, second = read("prodigy", lines(CHOICES))
    assert (first.output, first.input, said(first)) == (
        "Hello",
        "Say hi",
        [("grade", "", "good, kind", "", "gus")],
    )
    assert (second.output, contents(second), said(second)) == ("Hello", [("user", "Hi")], [])


def test_without_a_label_the_output_is_accepted_or_rejected() -> None:
    tasks = [
        {"text": "Hi", "answer": answer, "_input_hash": n, "_task_hash": n}
        for n, answer in enumerate(("accept", "reject"))
    ]
    assert [said(row) for row in read("prodigy", lines(tasks))] == [
        [("grade", "", "accept", "", "")],
        [("grade", "", "reject", "", "")],
    ]


def test_marks_in_a_text_are_no_grade_of_it() -> None:
    marked = {"text": "The tenant pays.", "_input_hash": 1, "_task_hash": 1, "answer": "accept"}
    tasks = [{**marked, "spans": []}, {**marked, "relations": []}, {**marked, "spans": [], "label": "OK"}]
    assert [said(row) for row in read("prodigy", lines(tasks))] == [[], [], [("grade", "OK", "yes", "", "")]]


def test_what_was_written_beside_a_choice_is_its_reason_and_numbers_are_named() -> None:
    options = [{"id": 1, "text": "Good"}, {"id": 2, "text": "Bad"}]
    task = {**CHOICES[0], "prompt": None, "options": options, "accept": [2], "user_input": "Too short"}
    (row,) = read("prodigy", lines([task]))
    assert (row.output, row.input, said(row)) == ("Hello", "", [("grade", "", "Bad", "", "gus")])
    assert row.remarks[0].reason == "Too short"


def test_a_review_brings_what_each_annotator_said_and_unnamed_sessions_are_nobody() -> None:
    versions = [
        {"answer": "accept", "sessions": ["db-gus"]},
        {"answer": "reject", "sessions": ["db-hal", "2026-01-02_10-11-12"]},
    ]
    (row,) = read("prodigy", lines([{**BINARY[0], "_annotator_id": "boss", "versions": versions}]))
    assert said(row) == [
        ("grade", "GROUNDED", "yes", "", "boss"),
        ("grade", "GROUNDED", "yes", "", "db-gus"),
        ("grade", "GROUNDED", "no", "", "db-hal"),
        ("grade", "GROUNDED", "no", "", ""),
    ]


REVIEW = {
    **CHOICES[0],
    "_annotator_id": "boss",
    "_timestamp": 1790000000,
    "versions": [
        {"answer": "accept", "accept": ["good"], "sessions": "anna"},
        {"answer": "accept", "sessions": ["gus"]},
        {"accept": ["kind"], "sessions": ["hal"]},
        {"answer": "accept", "accept": ["kind"], "sessions": 3},
    ],
}


def test_a_version_says_what_its_people_said_and_not_what_the_reviewer_did() -> None:
    (row,) = read("prodigy", lines([REVIEW]))
    assert said(row) == [("grade", "", "good, kind", "", "boss"), ("grade", "", "good", "", "anna")]
    assert [bool(remark.at) for remark in row.remarks] == [True, False]
    review = {**BINARY[0], "versions": [{"sessions": ["gus"]}]}
    assert said(read("prodigy", lines([review]))[0]) == [("grade", "GROUNDED", "yes", "", "gus")]
