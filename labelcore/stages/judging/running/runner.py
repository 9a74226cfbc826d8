"""What judges that need no model decide, on outputs in memory; nothing is stored."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from labelcore.errors import ModelTrouble
from labelcore.judges import code_judge, learned_judge, script_judge
from labelcore.judges.detectors import reference
from labelcore.models import Decision, JudgeVersion, Output
from labelcore.store import Database, vectors
from labelcore.text import embedding
from labelcore.text.embedding import SentenceEncoder


def embed_texts(db: Database, outputs: Sequence[Output]) -> np.ndarray:
    """The outputs' vectors for learned judges, shape (n, 512); each text is embedded once."""
    encoder = SentenceEncoder()
    texts = [output.text for output in outputs]
    return vectors.embed(db, texts, encoder.name, encoder.encode).astype(float)


def remember_meanings(db: Database, versions: Sequence[JudgeVersion], outputs: Sequence[Output]) -> None:
    """Have at hand what judges of likeness in meaning read; each text is embedded once."""
    if any(code_judge.embeds(version.spec) for version in versions if version.kind in {"code", "learned"}):
        texts = list({text for output in outputs for text in reference.embedded_texts(output)})
        encoder = SentenceEncoder()
        embedding.remember(texts, vectors.embed(db, texts, encoder.name, encoder.encode))


def decide_local(
    version: JudgeVersion,
    outputs: Sequence[Output],
    embedded: np.ndarray | None,
    stop: threading.Event | None = None,
) -> list[Decision | ModelTrouble]:
    """The decisions of a code or learned judge; ``embedded`` has one row for each output.

    Where a check in Python stops on an output, its trouble stands in the decision's place; those that
    ``stop`` came before have the trouble "stopped".

    Raises:
        NotFound: the judge uses a detector that this labelcore does not have.
    """
    if version.kind == "code" and script_judge.is_script(version.spec):
        return script_judge.decide_all(version.spec, outputs, stop=stop)
    if version.kind == "code":
        spec = code_judge.CodeSpec.model_validate(version.spec)
        return [code_judge.decide(spec, output) for output in outputs]
    rows = embedded if version.spec["with_vectors"] else None
    return list(learned_judge.decide(version.spec, outputs, rows))
