"""Rubrics as files: save, load, see how well they transferred, and the schema of the file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from labelcore.dispatch import Outcome, operation
from labelcore.stages import sharing
from labelcore.workspace import Workspace


@operation("library save")
def save(
    workspace: Workspace, *, out: Path, criteria: list[str] | None = None, with_examples: bool = True
) -> Outcome:
    """Write criteria with their judges and examples to a file for another project."""
    saved = sharing.save_rubric(workspace, out, criteria=criteria or (), with_examples=with_examples)
    judges = sum(len(criterion.judges) for criterion in saved.criteria) + len(saved.overall)
    texts = (
        "with examples from its outputs"
        if with_examples
        else "without examples; statements and keywords may still have words of notes in them"
    )
    return Outcome(
        document={
            "out": str(out),
            "with_examples": with_examples,
            "judges": judges,
            "criteria": [criterion.name for criterion in saved.criteria],
            "overall": len(saved.overall),
            "not_portable": [judge.model_dump() for judge in saved.not_portable],
        },
        lines=(
            f"{out} holds {len(saved.criteria)} criteria and {judges} judges, {len(saved.overall)} "
            f"of them of the overall grade, {texts}.",
            *_staying(saved.not_portable),
        ),
    )


def _staying(judges: Sequence[sharing.NotPortable]) -> list[str]:
    return [
        f"  not portable: {judge.judge} ({judge.kind}) of “{judge.criterion}”: {judge.reason}"
        for judge in judges
    ]


@operation("library load", needs="any project")
def load(workspace: Workspace, *, file: Path) -> Outcome:
    """Take the criteria and judges of a file in; doing it again changes nothing."""
    found = sharing.load_rubric(workspace, file)
    lines = [
        f"{len(found.criteria)} criteria and {len(found.judges)} judges came from the rubric of "
        f"'{found.project}'; {len(found.known)} criteria were known already.",
        *(f"  another criterion has the name, so it is called here: {name}" for name in found.renamed),
        *(
            f"  left out: {refusal.judge} of “{refusal.criterion}”: {refusal.reason}"
            for refusal in found.refused
        ),
        *_staying(found.not_portable),
    ]
    if found.criteria or found.judges:
        lines.append(
            "They are not yet aligned here: run the judges, grade, then `labelcore library transfer`."
        )
    return Outcome(
        document={
            "project": found.project,
            "known": list(found.known),
            "renamed": list(found.renamed),
            "criteria": [{"id": criterion.id, "name": criterion.name} for criterion in found.criteria],
            "judges": [{"judge_version_id": judge.id, "name": judge.name} for judge in found.judges],
            "refused": [refusal.model_dump() for refusal in found.refused],
            "not_portable": [judge.model_dump() for judge in found.not_portable],
        },
        lines=tuple(lines),
    )


@operation("library transfer")
def transfer(workspace: Workspace) -> Outcome:
    """Show how well what came by file does on this project's own grades."""
    found = sharing.transfer(workspace)
    lines = [
        line
        for criterion in found
        for line in (
            f"[{criterion.state}] {criterion.says}",
            *(f"  {judge.says}" for judge in criterion.judges),
        )
    ]
    return Outcome(
        document={"criteria": [criterion.model_dump(mode="json") for criterion in found]},
        lines=tuple(lines) or ("No criterion came by file: `labelcore library load FILE`.",),
    )


@operation("library schema", needs="no project")
def schema(workspace: Workspace) -> Outcome:  # noqa: ARG001 - every operation takes the call
    """The JSON schema of the file."""
    document = sharing.json_schema()
    return Outcome(document=document, lines=(json.dumps(document, ensure_ascii=False, indent=2),))
