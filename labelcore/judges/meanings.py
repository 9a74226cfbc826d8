"""Embeddings for judges that read them, each text embedded once for all judges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from labelcore.judges.detectors.reference import embedded_texts
from labelcore.judges.features import Floats
from labelcore.judges.kinds import Kind
from labelcore.models import Output
from labelcore.text import embedding
from labelcore.text.embedding import Vectors

Embed = Callable[[list[str]], Vectors]


def read_meanings(judges: Iterable[Kind], outputs: Sequence[Output], embed: Embed) -> Floats | None:
    """The outputs' vectors, shape (n, 512), where one of the judges reads them; None elsewhere.

    What judges of likeness in meaning compare is kept at hand in this process.
    """
    asked = list(judges)
    if any(judge.reads_meaning for judge in asked):
        texts = list({text for output in outputs for text in embedded_texts(output)})
        embedding.remember(texts, embed(texts))
    if not any(judge.reads_vectors for judge in asked):
        return None
    return embed([output.text for output in outputs]).astype(float)
