"""The schema of a project's structured outputs, and criteria that are about one field of them."""

from __future__ import annotations

from typing import Annotated, Any

from labelcore.errors import BadInput
from labelcore.judges import fields, schema
from labelcore.judges.code_checks import CodeSpec
from labelcore.judges.kinds.code import decide, describe
from labelcore.models import OVERALL, Criterion, Frozen, JudgeVersion, Output, Role
from labelcore.operations import Effect, FileText, Metavar, operation
from labelcore.stages import projects
from labelcore.stages.judging.keeping.versions import JudgeDraft, continued
from labelcore.store import judges as judge_table, outputs as output_table
from labelcore.workspace import Workspace

_NAME = f"{OVERALL} · matches the schema"
_TRIED = 1_000


class SchemaState(Frozen):
    """The project's schema with its judge, the fields of criteria, and how many outputs it fits.

    ``fields`` maps criterion ids to JSON pointers. ``fits`` of ``tried`` outputs have no fault.
    """

    schema_: dict[str, Any] | None
    judge: str | None
    fields: dict[str, str]
    tried: int
    fits: int

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        return {name.rstrip("_"): value for name, value in self}


@operation("schema set", role=Role.ENGINEER, effect=Effect.WRITES)
def set_schema(workspace: Workspace, text: Annotated[str, FileText(), Metavar("FILE")]) -> SchemaState:
    """Check outputs against a JSON Schema (as JSON or YAML) from now on, by a judge for it.

    Raises:
        BadInput: it is no schema that can be checked safely.
    """
    document = schema.parse(text)
    project = projects.update_project(workspace, settings={"schema": document})
    judge_table.save(workspace.db, [schema_judge(workspace.with_project(project), document)])
    return state(workspace.with_project(project))


@operation("schema clear", role=Role.ENGINEER, effect=Effect.WRITES)
def clear_schema(workspace: Workspace) -> SchemaState:
    """Check no schema any more; its judge's verdicts are kept, but it is not run or chosen."""
    return state(workspace.with_project(projects.update_project(workspace, settings={"schema": None})))


@operation("schema show", role=Role.MANAGER)
def state(workspace: Workspace) -> SchemaState:
    """Show the schema, how many outputs fit it, and which criteria are about one field."""
    document, pointers = workspace.project.settings.json_schema, workspace.project.settings.fields
    if not document:
        return SchemaState(schema_=document, judge=None, fields=pointers, tried=0, fits=0)
    outputs, spec = _tried(workspace), _spec(document)
    fits = sum(decide(spec, output).value == "pass" for output in outputs)
    return SchemaState(schema_=document, judge=_NAME, fields=pointers, tried=len(outputs), fits=fits)


def _tried(workspace: Workspace) -> list[Output]:
    ids = output_table.ids(workspace.db, workspace.project.id, _TRIED)
    return list(output_table.many(workspace.db, ids).values())


@operation("schema field", role=Role.ENGINEER, effect=Effect.WRITES)
def set_field(workspace: Workspace, criterion: Criterion, pointer: str | None = None) -> SchemaState:
    """Say that a criterion is about one field, such as /price, or about all of the outputs again.

    Judges that are proposed from now on see only this field.

    Raises:
        BadInput: it is no JSON pointer, or no output has such a field.
    """
    if pointer is not None:
        fields.parts(pointer)
        outputs = _tried(workspace)
        if not any(fields.at_pointer(output, pointer) for output in outputs):
            raise BadInput(
                "None of the first {n:,} outputs has a field {pointer}.",
                next_step="Write it as in the output, with slashes: /price or /items/0/name.",
                n=len(outputs),
                pointer=pointer,
            )
    before = projects.open_project(workspace.db, workspace.project.name).settings.fields
    pointers = {key: value for key, value in before.items() if key != criterion.id}
    if pointer is not None:
        pointers[criterion.id] = pointer
    return state(workspace.with_project(projects.update_project(workspace, settings={"fields": pointers})))


def schema_judge(workspace: Workspace, content: dict[str, Any]) -> JudgeVersion:
    """The judge that fails outputs with a fault against the schema; no grade shapes it."""
    spec = _spec(content)
    draft = JudgeDraft(
        "code",
        _NAME,
        spec.model_dump(),
        describe(spec),
        author=workspace.person,
        known_by=f"{workspace.project.id}|schema",
    )
    return continued(workspace.db, draft.version(workspace.project, None))


def _spec(content: dict[str, Any]) -> CodeSpec:
    return CodeSpec(detector="schema faults", side="above", threshold=0, parameters={"schema": content})
