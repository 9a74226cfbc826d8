"""A project with criteria and judges whose rubric travels."""

from __future__ import annotations

from labelcore.judges.judge_prompt import AskingOptions, make_spec
from labelcore.models import Criterion, Evidence, Grade, JudgeVersion, Output, Project, Term
from labelcore.stages import grading, judging, projects
from labelcore.store import (
    Database,
    criteria as criterion_table,
    judges as judge_table,
    outputs as output_table,
)
from labelcore.workspace import Workspace

STATEMENT = "Answers are short.\nAt most forty words – 太长不行 😀."

SECRET = "sk-very-secret"


def text_of(i: int) -> str:
    return " ".join(["word"] * (70 + i if i % 2 else 8 + i % 7)) + f" number {i}"


def plant(db: Database, name: str = "home") -> Project:
    """A project with 44 graded outputs, one criterion, and judges of all three kinds that ran."""
    project = projects.open_project(db, name)
    made = [
        Output(id=output_table.content_id(project.id, text_of(i)), project_id=project.id, text=text_of(i))
        for i in range(44)
    ]
    output_table.add(db, made)
    grades = [
        Grade(
            id=f"{name}-{i}",
            project_id=project.id,
            output_id=output.id,
            annotator="bo" if i % 3 else "ann",
            value="fail" if i % 2 else "pass",
            note="far too long" if i % 2 else "",
        )
        for i, output in enumerate(made)
    ]
    grading.record(Workspace(db, project), grades)
    cited = [Evidence(grade_id=g.id, output_id=g.output_id, quote="far too long") for g in grades if g.note]
    criterion = Criterion(
        id="c-short",
        project_id=project.id,
        version=3,
        name="Short",
        statement=STATEMENT,
        severity="should",
        max_false_failure_rate=0.1,
        status="accepted",
        keywords=("long", "太长"),
        pass_examples=(made[0].text,),
        fail_examples=(made[1].text,),
        evidence=tuple(cited),
    )
    other = criterion.model_copy(
        update={"id": "c-other", "name": "Polite", "statement": "It is polite.", "evidence": (), "version": 1}
    )
    criterion_table.save(db, [criterion, other])
    judging.propose(Workspace(db, project), judging.ProposalOrder(criterion="Short", offline=True))
    spec = make_spec(
        criterion, AskingOptions("model-7"), [Term(term="SKU", meaning="a product", scope={"shop": "de"})]
    )
    judge_table.save(
        db,
        [
            JudgeVersion(
                id="j-llm",
                judge_id="judge-llm",
                project_id=project.id,
                name="Short · model-7",
                kind="llm",
                version=1,
                criterion_id=criterion.id,
                criterion_version=3,
                model="model-7",
                fitted_on=("train",),
                spec=spec | {"api_key": SECRET, "base_url": "http://internal.example"},
                description="Asks model-7",
            )
        ],
    )
    for kind in ("code", "learned"):
        judging.run_judges(Workspace(db, project), kind=kind)
    return project
