"""Which column is what: known by names, said by people, and never guessed from how long a text is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import Frozen
from labelcore.operations import Flags, Metavar
from labelcore.stages.importing.keys import Redaction
from labelcore.stages.importing.meanings import GivenMeanings, number_of, plain
from labelcore.stages.importing.names import by_name, is_anyone, is_named, note_beside
from labelcore.store.staging import FIELDS
from labelcore.wording import did_you_mean

_TEXT = ("output", "input", "context", "conversation", "id", "group", "model", "prompt_version", "at")
_LONE_NAME = re.compile(r"[^\W\d][\w.-]*( [\w.-]*[\w]){0,2}")
REPLY, BEFORE = "(reply)", "(before the reply)"
"""The columns of outputs and conversations that were taken out of chats."""
OVERALL = "overall"


class Grading(Frozen):
    """A column of grades: of which criterion ("overall" for none), by whom, with which notes.

    ``annotator``: a column's name, or else a person's. ``only``: a column and the value that it has in the
    rows that are meant; a criterion "{column}" stands for one of each value of that column.
    """

    column: str
    criterion: str = OVERALL
    note: str | None = None
    annotator: str | None = None
    only: tuple[str, str] | None = None

    @property
    def criterion_column(self) -> str | None:
        """The column that says what each row grades."""
        named = re.fullmatch(r"\{(.+)\}", self.criterion)
        return named[1] if named else None


class Mapping(Frozen):
    """The columns of a file by what they mean. ``meta`` None keeps every other column.

    A column may be a path into one that holds JSON ("response.body.choices[0].message.content").
    ``replies``: of chats without an output column, the last reply is the output, or each is one.
    ``answers``: the column of answers that chats were found in; what is no chat there is an answer.
    ``several``: which of a person's grades of one output counts; "" where nobody said so.
    ``meanings``: what each value of a column of grades or verdicts was taken to mean.
    """

    output: str | None = None
    input: str | None = None
    context: str | None = None
    conversation: str | None = None
    id: str | None = None
    group: str | None = None
    prompt_version: str | None = None
    model: str | None = None
    at: str | None = None
    grade: str | None = None
    note: str | None = None
    annotator: str | None = None
    annotator_name: str = "import"
    gradings: tuple[Grading, ...] = ()
    meta: tuple[str, ...] | None = None
    answers: str | None = None
    verdicts: dict[str, str] = Field(default_factory=dict)
    feedback: dict[str, str] = Field(default_factory=dict)
    replies: Literal["last", "each"] = "last"
    several: Literal["", "last", "worst"] = ""
    format: str = ""
    part: str = ""
    encoding: str = ""
    near_duplicates: Literal["keep", "leave out"] = "keep"
    id_is_guess: bool = False
    grade_is_guess: bool = False
    note_is_guess: bool = False
    said: GivenMeanings = GivenMeanings()
    meanings: dict[str, dict[str, str]] = Field(default_factory=dict)

    def texts(self) -> dict[str, str]:
        """The columns of what an output is, by meaning."""
        return {name: column for name in _TEXT if (column := getattr(self, name))}

    def named(self) -> dict[str, str]:
        """The columns that are mapped, by meaning."""
        columns = {name: column for name in ("grade", "note", "annotator") if (column := getattr(self, name))}
        return self.texts() | columns

    def all_gradings(self) -> tuple[Grading, ...]:
        """Every column of grades, with its notes and people."""
        who = self.annotator or self.annotator_name
        first = [Grading(column=self.grade, note=self.note, annotator=who)] if self.grade else []
        others = [
            grading.model_copy(update={"annotator": grading.annotator or who}) for grading in self.gradings
        ]
        return (*first, *others)

    def for_columns(self, columns: Sequence[str]) -> Mapping:
        """The same without notes that nobody asked for, where a file does not have them."""

        def kept(note: str | None) -> str | None:
            return note if note and has(note, columns) else None

        if not self.note_is_guess:
            return self
        gradings = tuple(g.model_copy(update={"note": kept(g.note)}) for g in self.gradings)
        return self.model_copy(update={"note": kept(self.note), "gradings": gradings})

    def used(self) -> set[str]:
        """Every column or path that means something, so that it is no metadata."""
        columns = {grading.column for grading in self.gradings} | {g.note for g in self.gradings if g.note}
        columns |= {grading.only[0] for grading in self.gradings if grading.only}
        columns |= {column for grading in self.gradings if (column := grading.criterion_column)}
        return {*self.named().values(), *columns, *self.verdicts.values(), *self.feedback.values()}


def guess(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> Mapping:
    """A mapping from the columns' names; without an output where none tells."""
    if tuple(columns) == FIELDS:
        return Mapping(**{name: name for name in _TEXT})
    columns_by_meaning = by_name(columns, rows, taken=[c for c in columns if is_named(c, "user")])
    grade, remarks = (
        columns_by_meaning.pop("grade", None),
        {n: c for n in ("note", "annotator") if (c := columns_by_meaning.pop(n, None))},
    )
    texts = without_doubt(columns_by_meaning, columns, rows)
    return Mapping(
        **texts,
        **(remarks if grade else {}),
        grade=grade,
        grade_is_guess=bool(grade),
        id_is_guess="id" in texts,
    )


def without_doubt(
    columns_by_meaning: dict[str, str], columns: Sequence[str], rows: Sequence[dict[str, Any]]
) -> dict[str, str]:
    """The texts by name, where they say what the outputs are: a chat without an output has it inside.

    A file of just one column of texts holds outputs, where a name stands above them and no sentence.
    """
    if not columns_by_meaning and len(columns) == 1 and _LONE_NAME.fullmatch(columns[0]):
        return {} if _are_words(columns[0], rows) else {"output": columns[0]}
    if "output" not in columns_by_meaning and "conversation" in columns_by_meaning:
        return {name: column for name, column in columns_by_meaning.items() if name != "input"}
    return columns_by_meaning


def _are_words(column: str, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether every row has as many words as the name: a table whose columns blanks keep apart."""
    counts = {len(str(row.get(column) or "").split()) for row in rows}
    return len(rows) > 1 and counts == {len(column.split())} != {1}


class Description(Redaction):
    """What a person says of a file's columns; ``annotator``: a column, or a name.

    Texts that are left open are known by their names. Grades come along when they are asked for, or when
    nothing is said at all; with grades that are asked for, notes and graders come along by their names, but
    where the name may be a product's user's ("user", "worker").
    """

    columns: Annotated[dict[str, str], Flags(("--map",)), Metavar("NAME=COL")] = Field(
        default_factory=dict,
        description="output=COL, input=COL, id=COL, group=COL, …; COL may be a path: body.choices[0].text",
        examples=["output=answer"],
    )
    meta: tuple[str, ...] | None = Field(default=None, description="A column to keep as metadata.")
    grades: tuple[str, ...] = Field(
        default=(),
        description="overall=COL, CRITERION=COL, CRITERION@PERSON=COL; several times for several raters. "
        "Where a column says what each row grades: {COL}=COL.",
    )
    note: str | None = Field(default=None, description="The column of notes.")
    annotator: str | None = Field(default=None, description="A column, or a name.")
    verdicts: Annotated[dict[str, str], Metavar("JUDGE=COL")] = Field(
        default_factory=dict, description="What a judge decided.", examples=["tone=tone_ok"]
    )
    feedback: Annotated[dict[str, str], Metavar("NAME=COL")] = Field(
        default_factory=dict,
        description="Signals of a product's users, never grades.",
        examples=["thumbs=rating"],
    )
    replies: Annotated[Literal["last", "each"], Metavar("last|each")] = Field(
        default="last", description="Of chats: the last reply, or each."
    )
    several: Annotated[Literal["", "last", "worst"], Metavar("last|worst")] = Field(
        default="", description="Of several grades of one output by one person: which one counts."
    )
    format: str = Field(
        default="", description="The format, where it is not found (see `labelcore import --preview`)."
    )
    part: str = Field(default="", description="A sheet, a list within a document, or a file of a zip.")
    encoding: str = Field(default="", description="The encoding, where it is not found.")
    kept: str = Field(
        default="", description="Read it as a mapping that was kept (`labelcore imports keep`)."
    )
    leave_out_near: bool = Field(default=False, description="Near duplicates count as repeats.")
    passes: tuple[str, ...] = Field(
        default=(), description="A value that counts as pass (NAME=VALUE for one column)."
    )
    fails: tuple[str, ...] = Field(default=(), description="A value that counts as fail.")
    unsure: tuple[str, ...] = Field(default=(), description="A value that counts as unsure.")
    no_grade: tuple[str, ...] = Field(default=(), description="A value that is no grade.")
    passes_from: tuple[str, ...] = Field(default=(), description="Numbers from this one on pass.")
    passes_to: tuple[str, ...] = Field(
        default=(), description="Numbers up to this one pass, where less is better."
    )

    @property
    def said(self) -> GivenMeanings:
        """What was said of values."""
        return GivenMeanings(**{name: getattr(self, name) for name in GivenMeanings.model_fields})

    @property
    def named(self) -> tuple[str, ...]:
        """Every column that must exist."""
        gradings = [_grading(text) for text in self.grades]
        grade_columns = [column for _, _, column in gradings]
        grade_columns += filter(
            None, (Grading(column=c, criterion=n).criterion_column for n, _, c in gradings)
        )
        noted = filter(None, (self.note,))
        other_columns = (*self.verdicts.values(), *self.feedback.values())
        return (*self.columns.values(), *(self.meta or ()), *grade_columns, *noted, *other_columns)

    def mapping(self, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> Mapping:
        """The mapping for a file with these columns and first rows.

        Raises:
            BadInput: a named column does not exist, or a meaning is unknown.
        """
        if unknown := self.columns.keys() - set(_TEXT):
            raise BadInput(
                "'{unknown}' cannot be mapped.",
                next_step="Use {names}.",
                unknown=min(unknown),
                names=list(_TEXT),
            )
        for column in self.named:
            check(column, columns)
        options = {name: getattr(self, name) for name in ("replies", "several", "format", "part", "encoding")}
        options |= {"said": self.said, "near_duplicates": "leave out" if self.leave_out_near else "keep"}
        who = self.annotator if self.annotator and has(self.annotator, columns) else None
        told: dict[str, Any] = {"annotator_name": self.annotator} if self.annotator and not who else {}
        told |= {"annotator": who} if self.annotator else {}
        if not self.named:
            return guess(columns, rows).model_copy(update=options | told)
        used = [column for column in (*self.named, self.annotator) if column]
        free = [column for column in columns if column not in used]
        texts_by_name = {name: column for name, column in by_name(free, rows).items() if name in _TEXT}
        lone = () if self.columns else free  # a lone column beside named ones need not hold outputs
        texts = (
            without_doubt(texts_by_name, lone, rows)
            if not {"output", "id"} & self.columns.keys()
            else texts_by_name
        )
        if tuple(columns) == FIELDS:
            texts = {name: name for name in _TEXT if name not in used}
        return Mapping(
            **{**texts, **self.columns},
            meta=self.meta,
            verdicts=self.verdicts,
            feedback=self.feedback,
            id_is_guess="id" in texts and "id" not in self.columns,
            **options,
            **(told | self._graded(columns, rows)),
        )

    def _graded(self, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The columns of grades: one overall stands by itself, several of one name are one rater each.

        Who graded and why is what was said, or what stands beside them by its name.
        """
        gradings_read = list(map(_grading, self.grades))
        if not gradings_read:
            return {"gradings": (), "note": self.note}
        taken = {*self.columns.values(), *(c for *_, c in gradings_read), *filter(is_anyone, columns)}
        named = by_name(columns, rows, taken=taken)
        note = self.note or _of_texts(named.get("note"), rows)
        who: dict[str, Any] = {"note_is_guess": not self.note}
        if not self.annotator and named.get("annotator"):
            who["annotator"] = named["annotator"]
        if len(gradings_read) == 1 and gradings_read[0][:2] == (OVERALL, ""):
            column = gradings_read[0][2]
            return {"grade": column, "note": self.note or note_beside(column, columns) or note, **who}
        names = [name for name, _, _ in gradings_read]
        many = {name for name in names if names.count(name) > 1}
        gradings = tuple(
            Grading(
                column=column,
                criterion=name,
                note=self.note or note_beside(column, columns) or note,
                annotator=person or (column if name in many else None),
            )
            for name, person, column in gradings_read
        )
        return {"gradings": gradings, "note": None, **who}


def _of_texts(column: str | None, rows: Sequence[dict[str, Any]]) -> str | None:
    """A column of notes, but where it holds numbers: in several languages that is the word for a mark."""
    cells = [str(row[column]) for row in rows if column and row.get(column)]
    return None if cells and all(number_of(plain(cell)) is not None for cell in cells) else column


def _grading(text: str) -> tuple[str, str, str]:
    """``tone@ann=tone_ann`` as criterion, person, column; the first two may be left out."""
    name, equals, column = text.partition("=")
    if not equals or not column.strip():
        raise BadInput(
            "--grades wants NAME=COLUMN, not '{text}'.",
            next_step="For example: --grades overall=good",
            text=text,
        )
    criterion, _, person = name.partition("@")
    return criterion.strip() or OVERALL, person.strip(), column.strip()


def has(column: str, columns: Sequence[str]) -> bool:
    """Whether there is such a column; a path needs its first step."""
    return column in columns or any(column.startswith((f"{name}.", f"{name}[")) for name in columns)


def check(column: str, columns: Sequence[str]) -> None:
    """Raise BadInput when a column does not exist, naming the nearest one."""
    if has(column, columns):
        return
    raise BadInput(
        "There is no column '{column}'.{hint}",
        next_step="The columns are: {columns}.",
        column=column,
        hint=did_you_mean(column, columns),
        columns=list(columns),
    )
