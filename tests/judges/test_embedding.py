"""A long text is embedded from its beginning to its end, and never mixed with vectors of before."""

from __future__ import annotations

import numpy as np

from labelcore.store import Database, vectors
from labelcore.text.embedding import SIZE, SentenceEncoder

WEATHER = "The weather was mild and the wind came from the west. "


def test_the_middle_of_a_long_text_counts() -> None:
    other = "The surgeon removed the patient's infected appendix on Monday. " * 20
    plain, planted = WEATHER * 60, WEATHER * 20 + other + WEATHER * 20
    one, two, alone = SentenceEncoder().encode([plain, planted, other])
    assert one @ two < 0.95
    assert two @ alone > one @ alone + 0.1
    assert np.allclose(np.linalg.norm([one, two, alone], axis=1), 1, atol=1e-5)


def test_texts_of_any_length_have_one_vector_each() -> None:
    texts = ["", "short", WEATHER * 18, WEATHER * 400, " " * 5_000 + "end", "x" + " " * 5_000 + "end"]
    found = SentenceEncoder().encode(texts)
    assert found.shape == (len(texts), SIZE)
    assert np.isfinite(found).all()
    assert np.allclose(found[1], SentenceEncoder().encode(["short"])[0], atol=1e-5)


def test_vectors_of_an_earlier_meaning_are_not_used(db: Database) -> None:
    stale = np.zeros((1, SIZE), dtype=np.float32)
    vectors.embed(db, [WEATHER], "multilingual-use-0.2", lambda _: stale)
    assert np.abs(vectors.embedder(db)([WEATHER])).max() > 0
