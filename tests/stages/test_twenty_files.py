"""Files made to bring wrong grades: with default options no value without a confirmed meaning is stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labelcore.cli import main
from labelcore.store import close_database, open_database

pytestmark = pytest.mark.whole

Columns = dict[str, list[Any]]
ASKED = ["Where is my parcel?", "Can I cancel?", "What is VAT?", "Do you ship to Oslo?"]
ANSWERED = ["It left on Monday.", "Yes, within 14 days.", "A tax on sales.", "We do, in three days."]
PLAIN: Columns = {"question": ASKED, "answer": ANSWERED}
GERMAN: Columns = {"Frage": ASKED, "Antwort": ANSWERED}
CHINESE: Columns = {
    "问题": ["快递在哪", "能退吗", "税是什么", "运费"],
    "回答": ["周一", "可以", "税", "十元"],
}
JAPANESE: Columns = {"質問": ["荷物", "返品", "税", "送料"], "回答": ["月曜", "はい", "税金", "千円"]}
TWICE: Columns = {"question": ASKED[:2] * 2, "answer": ANSWERED}
CHATS: Columns = {
    "messages": [
        [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        for question, answer in zip(ASKED, ANSWERED, strict=True)
    ]
}

FILES: dict[str, tuple[str, Columns, str]] = {
    # name: (format, the columns, the grades that are stored in the order of the file)
    "school marks, of which 1 is best": ("csv", GERMAN | {"Note": [1, 5, 2, 6]}, ""),
    "how many errors": ("csv", PLAIN | {"errors": [0, 1, 0, 3], "errors_found": ["no", "yes"] * 2}, ""),
    "refused, and a verdict that says the same": (
        "jsonl",
        PLAIN | {"refused": ["no", "no", "yes", "no"], "verdict": ["no", "no", "yes", "no"]},
        "",
    ),
    "nothing but ones": ("jsonl", PLAIN | {"safe": [1] * 4, "label": [1] * 4}, ""),
    "labels within an object": (
        "jsonl",
        PLAIN | {"labels": [{"violates_policy": flag, "is_correct": not flag} for flag in (False, True) * 2]},
        "",
    ),
    "letters": ("csv", PLAIN | {"Grade": ["A", "B+", "F", "C"]}, ""),
    "percentages": ("csv", PLAIN | {"score": ["95%", "40%", "100%", "0%"]}, ""),
    "the ends of a scale": ("jsonl", PLAIN | {"grade": [0.0, 1.0, 1.0, 0.0]}, ""),
    "moods": ("csv", PLAIN | {"label": ["🙂", "☹️", "🙂", "😐"]}, ""),
    "epochs": (
        "csv",
        TWICE | {"epoch": [1, 1, 2, 2], "passed_epochs": [1, 1, 2, 2], "score": list("CICC")},
        "",
    ),
    "another verdict": ("csv", PLAIN | {"verdict": ["guilty", "not guilty"] * 2}, ""),
    "the right option": ("csv", {"question": ASKED, "answer": list("ABCD"), "correct": list("ABDD")}, ""),
    "the mood of a review": ("csv", {"review": ASKED, "summary": ANSWERED, "label": ["good", "bad"] * 2}, ""),
    "ratings in Chinese": (
        "csv",
        CHINESE | {"评分": [5, 1, 4, 3], "是否违规": list("否否是否"), "有无错误": list("无有无无")},
        "",
    ),
    "circles and crosses": ("csv", JAPANESE | {"評価": list("○×◎△")}, ""),
    "a word among others": ("csv", PLAIN | {"grade": ["PASS", "Pass ", "see note", "FAIL"]}, ""),
    "objects for each rater": (
        "jsonl",
        PLAIN | {"label": [{"quality": "good"}] * 4, "annotations": [[{"label": "bad", "who": "ann"}]] * 4},
        "",
    ),
    "ranks, stars, severity": (
        "csv",
        PLAIN | {"rank": [1, 2, 3, 4], "stars": ["★★★", "★", "★★", "★★★★"], "severity": ["low", "high"] * 2},
        "",
    ),
    "states of a request": (
        "csv",
        PLAIN | {"status": ["ok", "ok", "error", "ok"], "rating": list("PGRG")},
        "",
    ),
    "votes beside chats": (
        "jsonl",
        CHATS | {"rating": [1, -1, 1, 0], "feedback": ["up", "down", "up", ""]},
        "",
    ),
    "denied names": (
        "csv",
        PLAIN | {"not_correct": ["yes", "no", "no", "no"], "hallucination_free": ["yes", "no"] * 2},
        "",
    ),
    "what is expected and predicted": (
        "csv",
        PLAIN | {"expected_grade": ["pass", "fail"] * 2, "predicted_grade": ["pass"] * 4},
        "",
    ),
    "a policy that is violated": ("jsonl", PLAIN | {"violates_policy": [False, True] * 2}, ""),
    "always passed": ("jsonl", PLAIN | {"passed": [True] * 4, "flagged": [False] * 4}, ""),
    "whatever compared it": ("jsonl", PLAIN | {"correct": [True, False, True, True]}, ""),
    # and what is certain is taken, with its meaning
    "French, with marks and who gave them beside it": (
        "csv",
        {
            "question": ASKED,
            "réponse": ANSWERED,
            "correct": ["vrai", "faux"] * 2,
            "note": ["18/20", "7/20"] * 2,
            "annotator": ["Zoé"] * 4,
        },
        "pass fail pass fail",
    ),
    "mixed case": ("csv", PLAIN | {"grade": ["PASS", "Fail", " pass", "FAIL"]}, "pass fail pass fail"),
}


def written(folder: Path, form: str, columns: Columns) -> Path:
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if form == "jsonl":
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    else:
        lines = [list(columns), *(list(row.values()) for row in rows)]
        text = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    path = folder / f"file.{form}"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", FILES)
def test_no_grade_is_stored_whose_meaning_nobody_confirmed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    form, columns, stored = FILES[name]
    database = tmp_path / "x.duckdb"
    with pytest.raises(SystemExit) as end:
        main(["import", str(written(tmp_path, form, columns)), "--db", str(database), "--json"])
    assert not end.value.code
    told = json.loads(capsys.readouterr().out)
    assert (told["outputs_new"], told["rows_rejected"]) == (4, 0)
    assert (told["verdicts_new"], told["feedback_new"]) == (0, 0)
    found = "SELECT g.value, g.note FROM grade g JOIN output USING (output_id) ORDER BY row_number"
    grades = open_database(database).rows(found)
    close_database(database)
    assert grades == [(value, "") for value in stored.split()]
