"""What is measured on outputs, once for every fit, and on graded ones what their notes talk about."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from labelcore.arrays import Bools, Floats, Ints
from labelcore.judges.detectors import REGISTRY
from labelcore.judges.detectors.phrases import Incidence, phrases_of, written
from labelcore.judges.detectors.sections import TOPICS as SECTION_TOPICS, found_in, section_name
from labelcore.judges.inputs import InputScaling
from labelcore.models import Output
from labelcore.text.reading import words

_SHORTEST_TOPIC = 2
_ENDS = {"high": 1.0, "low": -1.0, "either": 0.0}


@dataclass(frozen=True)
class Column:
    """One measured quantity: a detector with its parameters."""

    detector: str
    parameters: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The name of the column."""
        phrase, section = self.parameters.get("phrase"), self.parameters.get("section")
        if section:
            return f"{self.detector} “{section}”"
        return f"{self.detector}:{written(phrase)}" if phrase else self.detector


@dataclass(frozen=True)
class FeatureTable:
    """Values of shape (n outputs, d columns), nan where a detector does not apply.

    ``vectors`` are the outputs' embeddings, shape (n, 512), or None without them.
    """

    ids: tuple[str, ...]
    columns: tuple[Column, ...]
    values: Floats
    vectors: Floats | None = None

    def rows(self, where: Ints) -> FeatureTable:
        """The same columns for some of the outputs."""
        vectors = None if self.vectors is None else self.vectors[where]
        ids = tuple(self.ids[int(i)] for i in where)
        return FeatureTable(ids, self.columns, self.values[where], vectors)


def plain_columns(*, reference: bool = False, embedded: bool = False) -> tuple[Column, ...]:
    """The detectors that need no parameters.

    ``reference``: those against a reference too; ``embedded``: those that the encoder reads too.
    """
    return tuple(
        Column(name, {})
        for name, detector in REGISTRY.items()
        if not detector.parameter
        and (reference or detector.needs != "reference")
        and (embedded or not detector.embeds)
    )


def measure(
    outputs: Sequence[Output], columns: Sequence[Column], vectors: Floats | None = None
) -> FeatureTable:
    """Measure every column on every output."""
    values = np.full((len(outputs), len(columns)), np.nan)
    features = [(REGISTRY[column.detector].feature, dict(column.parameters)) for column in columns]
    for row, output in enumerate(
        outputs
    ):  # all of an output at once: what is read of its text is kept for a while
        for at, (feature, parameters) in enumerate(features):
            value = feature(output, parameters)
            if value is not None:
                values[row, at] = value
    return FeatureTable(tuple(output.id for output in outputs), tuple(columns), values, vectors)


@dataclass(frozen=True)
class TrainingData:
    """n graded outputs with d measured columns and p phrases: ``mentions`` (n, d), whose note talks about
    which column; ``noted`` (n, p), whose note contains which phrase of ``incidence``; ``has_note`` (n,).
    """

    table: FeatureTable
    groups: tuple[str, ...]
    mentions: Bools
    incidence: Incidence
    noted: Bools
    has_note: Bools
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls, outputs: Sequence[Output], notes: Sequence[str], vectors: Floats | None = None
    ) -> TrainingData:
        """Measure the outputs and read their notes ("" where there is none), both of length n."""
        reference = any(output.reference for output in outputs)
        plain = plain_columns(reference=reference, embedded=vectors is not None)
        columns = (*(Column(*found) for found in found_in(outputs)), *plain)  # what is narrower wins a tie
        incidence = Incidence.of(outputs)
        return cls(
            table=measure(outputs, columns, vectors),
            groups=tuple(output.group for output in outputs),
            incidence=incidence,
            **_read(notes, columns, incidence),
        )

    def with_notes(self, notes: Sequence[str]) -> TrainingData:
        """The same outputs with other notes."""
        if self.notes == tuple(notes):
            return self
        return replace(self, **_read(notes, self.table.columns, self.incidence))

    def only(self, keys: Container[str]) -> TrainingData:
        """The same outputs with those of the columns whose key is among ``keys``."""
        columns = self.table.columns
        places = [at for at, column in enumerate(columns) if column.key in keys]
        if len(places) == len(columns):
            return self
        values = self.table.values[:, places]
        table = replace(self.table, columns=tuple(columns[at] for at in places), values=values)
        return replace(self, table=table, mentions=self.mentions[:, places])

    @cached_property
    def reading(self) -> InputScaling:
        """What regressions see of these outputs."""
        return InputScaling.of(self.table.values, self.table.vectors)

    @cached_property
    def inputs(self) -> Floats:
        """The outputs as regressions see them, shape (n, d + k)."""
        return self.reading(self.table.values, self.table.vectors)

    @cached_property
    def bad_ends(self) -> Floats:
        """The end of each column that is bad, (d,): 1 for high, -1 for low, 0 for either."""
        return np.array([_ENDS[REGISTRY[column.detector].bad] for column in self.table.columns])

    def talked_about(self, rows: Ints) -> Floats:
        """How many of the rows' notes talk about each column, shape (d,), 0..1."""
        noted = rows[self.has_note[rows]]
        if not len(noted):
            return np.zeros(self.mentions.shape[1])
        return np.asarray(self.mentions[noted].mean(axis=0), dtype=float)


@dataclass(frozen=True)
class Topics:
    """The t recurring topics of the notes, which are criteria: their names with a quote each, and on which of
    m outputs each is noted, (m, t).
    """

    names: tuple[str, ...]
    quotes: tuple[str, ...]
    noted: Bools

    def at(self, places: Ints) -> Topics:
        """The same of some of the outputs."""
        return Topics(self.names, self.quotes, self.noted[places])


@dataclass(frozen=True)
class GradedRows:
    """Rows of the data with their grades, both (m,): True where people failed the output.

    ``topics``: what the failed ones failed for; None for a single criterion.
    """

    rows: Ints
    fails: Bools
    topics: Topics | None = None

    @property
    def failed(self) -> Ints:
        """The rows that people failed."""
        return self.rows[self.fails]

    @property
    def of_both_kinds(self) -> bool:
        """Whether there are passes and fails to tell apart."""
        return 0 < int(self.fails.sum()) < len(self.fails)

    def at(self, places: Ints) -> GradedRows:
        """Some of them, by their places among the m."""
        return GradedRows(self.rows[places], self.fails[places], self.topics and self.topics.at(places))


def _read(notes: Sequence[str], columns: Sequence[Column], incidence: Incidence) -> dict[str, Any]:
    """What the notes say, by the names of `TrainingData`."""
    return {
        "mentions": mentions(notes, columns),
        "noted": _noted(notes, incidence),
        "has_note": np.array([bool(note.strip()) for note in notes], dtype=bool),
        "notes": tuple(notes),
    }


def mentions(notes: Sequence[str], columns: Sequence[Column]) -> Bools:
    """Which note talks about which column's quantity, shape (len(notes), len(columns)).

    A section's columns want its name in the note, and what the note says of sections besides, if anything.
    """
    topics = [frozenset(REGISTRY[column.detector].topics) for column in columns]
    labels = [str(column.parameters.get("section", "")) for column in columns]
    every = frozenset().union(*topics)
    talks = np.zeros((len(notes), len(columns)), dtype=bool)
    for row, note in enumerate(notes):
        note_words = set(words(note))
        topics_of = {"": _told(note, note_words, every)}
        for label in filter(None, set(labels)):
            if (name := section_name(note, note_words, label)) is not None:
                besides = _told(note.replace(label, " "), note_words - name, every)
                topics_of[label] = besides & SECTION_TOPICS or SECTION_TOPICS
        if len(topics_of) > 1 or topics_of[""]:
            talks[row] = [
                label in topics_of and not of_column.isdisjoint(topics_of[label])
                for of_column, label in zip(topics, labels, strict=True)
            ]
    return talks


def _told(note: str, note_words: Iterable[str], topics: frozenset[str]) -> frozenset[str]:
    """The topics that stand in a note: in Chinese anywhere, else at the beginning of a word."""
    beginnings = {word[:end] for word in note_words for end in range(_SHORTEST_TOPIC, len(word) + 1)}
    return topics & beginnings | {topic for topic in topics if not topic.isascii() and topic in note}


def _noted(notes: Sequence[str], incidence: Incidence) -> Bools:
    place = {phrase: at for at, phrase in enumerate(incidence.phrases)}
    uses = np.zeros((len(notes), len(place)), dtype=bool)
    for row, note in enumerate(notes):
        uses[row, [place[phrase] for phrase in phrases_of(note) if phrase in place]] = True
    return uses
