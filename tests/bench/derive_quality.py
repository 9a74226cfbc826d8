"""How well offline grouping of notes agrees with an expert's kinds of failure.

    python tests/bench/derive_quality.py --file tofueval.csv --note note --kind error_type \\
        --output output --group doc_id

V-measure, homogeneity and adjusted Rand index against the ``--kind`` column (of several kinds with
commas between them the first counts), and how many kinds are
found (they are most of some group of three or more), for criteria and for the finer codes, beside
k-means on TF-IDF with the same number of groups.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, homogeneity_score, v_measure_score

from labelcore.stages.deriving.grouping import blend, code_groups, group
from labelcore.stages.deriving.naming import case_words, without_case
from labelcore.text.embedding import SentenceEncoder


def main() -> None:
    """Group, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("file", "note", "kind", "output", "group"):
        parser.add_argument(f"--{name}", required=True)
    chosen = parser.parse_args()
    with Path(chosen.file).open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row[chosen.note] and row[chosen.kind]]
    notes = [row[chosen.note] for row in rows]
    kinds = [row[chosen.kind].split(",")[0] for row in rows]
    case = case_words(notes, [row[chosen.output] for row in rows], [row[chosen.group] for row in rows])
    plain = [without_case(note, case) for note in notes]
    encoder = SentenceEncoder()
    found = group(blend(plain, encoder.encode(plain).astype(float)))
    raw = group(blend(notes, encoder.encode(notes).astype(float)))
    count = int(found.max()) + 1
    tfidf = TfidfVectorizer(stop_words="english").fit_transform(notes)
    codes = np.zeros(len(notes), dtype=int)
    for number, members in enumerate(code_groups(blend(plain, encoder.encode(plain).astype(float)))):
        codes[members] = number
    many = int(codes.max()) + 1
    print(f"{len(notes)} notes, {len(set(kinds))} kinds, {count} groups, {many} codes")
    for name, labels in (
        ("criteria", found),
        ("criteria, case words kept", raw),
        ("TF-IDF k-means", KMeans(count, n_init=5, random_state=0).fit_predict(tfidf)),
        ("codes", codes),
        ("TF-IDF k-means, as many", KMeans(many, n_init=1, random_state=0).fit_predict(tfidf)),
    ):
        print(
            f"{name:28s} V-measure {v_measure_score(kinds, labels):.3f}  homogeneity "
            f"{homogeneity_score(kinds, labels):.3f}  adjusted Rand "
            f"{adjusted_rand_score(kinds, labels):.3f}  {len(_found(kinds, list(labels)))} kinds found"
        )


def _found(kinds: list[str], labels: Sequence[int]) -> set[str]:
    """Kinds that are at least half of some group of three or more."""
    found = set()
    for number in set(labels):
        inside = Counter(kind for kind, label in zip(kinds, labels, strict=True) if label == number)
        kind, most = inside.most_common(1)[0]
        if inside.total() >= 3 and 2 * most >= inside.total():
            found.add(kind)
    return found


if __name__ == "__main__":
    main()
