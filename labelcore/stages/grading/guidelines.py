"""What those who grade are told: a text by language, in versions, and outputs that show what it means."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import Frozen, Guideline, GuidelineExample, Output, Role, new_id
from labelcore.operations import Effect, FileText, Flags, Metavar, Why, operation
from labelcore.stages import projects
from labelcore.store import grades as grade_table, guidelines as guideline_table, outputs as output_table
from labelcore.workspace import Workspace

LONGEST = 20_000
"""Characters: whoever begins has to read it."""
_LONGEST_WHY = 500


class Guidelines(Frozen):
    """The newest text of each language, and the examples with their outputs, what passes first."""

    texts: tuple[Guideline, ...]
    examples: tuple[GuidelineExample, ...]
    outputs: dict[str, Output]

    def document(self) -> dict[str, object]:
        """As an answer in JSON."""
        texts = [text.model_dump(mode="json", exclude={"id", "project_id"}) for text in self.texts]
        examples = [
            example.model_dump(mode="json", exclude={"id", "project_id"})
            | {"text": self.outputs[example.output_id].text}
            for example in self.examples
        ]
        return {"texts": texts, "examples": examples}


@operation("guidelines show", role=Role.EXPERT)
def show_guidelines(workspace: Workspace) -> Guidelines:
    """Show what those who grade are told, with its examples."""
    place = workspace.db, workspace.project.id
    newest = {guideline.language: guideline for guideline in guideline_table.history(*place)}
    examples = guideline_table.examples(*place)
    outputs: dict[str, Output] = {}
    if examples:
        outputs = output_table.many(workspace.db, sorted({example.output_id for example in examples}))
    shown_examples = [example for example in examples if example.output_id in outputs]
    return Guidelines(
        texts=tuple(guideline for guideline in newest.values() if guideline.text),
        examples=tuple(sorted(shown_examples, key=lambda example: example.value != "pass")),
        outputs=outputs,
    )


def version_told(workspace: Workspace) -> int:
    """The newest version that this person was told: they graded after it was written. 0: none."""
    history = guidelines_history(workspace)
    if not history or not workspace.person:
        return 0
    graded_at = grade_table.latest_moment(workspace.db, workspace.project.id, workspace.person)
    told = (guideline.version for guideline in history if graded_at and guideline.at < graded_at)
    return max(told, default=0)


@operation("guidelines history", role=Role.EXPERT, listed_as="versions")
def guidelines_history(workspace: Workspace) -> list[Guideline]:
    """Show every version of the guidelines with author, time and reason, the oldest first."""
    return guideline_table.history(workspace.db, workspace.project.id)


@operation("guidelines set", role=Role.LEAD, effect=Effect.WRITES, signed=True)
def set_guidelines(
    workspace: Workspace,
    *,
    text: Annotated[
        str,
        FileText(),
        Flags(("--file",)),
        Field(description="A text file in Markdown; an empty one ends the guidelines of this language."),
    ],
    language: Annotated[Literal["en", "zh"], Field(description="en or zh: who reads it.")] = "en",
    why: Why = "",
) -> Guideline:
    """Write the guidelines anew in one language; everybody who reads it sees them before their next grade.

    Raises:
        BadInput: nothing would change, or the text is too long to be read.
    """
    history = guidelines_history(workspace)
    before = next((version.text for version in reversed(history) if version.language == language), "")
    words = text.strip()
    if words == before:
        raise BadInput("Nothing would change.", next_step="Give another text.")
    if len(words) > LONGEST:
        raise BadInput(
            "The guidelines have {n:,} characters; at most {most:,} are shown.",
            next_step="Say it in fewer words; examples can be added apart.",
            n=len(words),
            most=LONGEST,
        )
    guideline = Guideline(
        id=new_id("guideline"),
        project_id=workspace.project.id,
        version=max((version.version for version in history), default=0) + 1,
        language=language,
        text=words,
        author=workspace.person,
        why=why,
    )
    guideline_table.save(workspace.db, guideline)
    return guideline


@operation("guidelines example", role=Role.LEAD, effect=Effect.WRITES, signed=True)
def set_example(
    workspace: Workspace,
    output: Annotated[str, Metavar("OUTPUT_ID")],
    value: Annotated[Literal["pass", "fail", "withdrawn"], Metavar("pass|fail|withdrawn")],
    *,
    why: Why = "",
) -> GuidelineExample:
    """Show an output in the guidelines as what passes or what fails, or take it out again.

    Raises:
        BadInput: no reason is given.
        NotFound: there is no such output, or it is no example that could be withdrawn.
    """
    example_output = projects.find_output(workspace, output)
    place = workspace.db, workspace.project.id
    if value == "withdrawn":
        if example_output.id not in {example.output_id for example in guideline_table.examples(*place)}:
            raise NotFound("The output '{output}' is not an example.", output=output)
    elif not why.strip():
        raise BadInput("An example needs a reason.", next_step="Say why it passes or fails.")
    example = GuidelineExample(
        id=new_id("example"),
        project_id=workspace.project.id,
        output_id=example_output.id,
        value=value,
        why=why.strip()[:_LONGEST_WHY],
        author=workspace.person,
    )
    guideline_table.save_example(workspace.db, example)
    return example
