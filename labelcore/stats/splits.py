"""Train, dev and test by the hash of an output's group: fixed for ever, no table needed."""

from __future__ import annotations

import hashlib

from labelcore.models import SplitName

_TRAIN, _DEV = 40, 70  # percent: 40 train, 30 dev, 30 test


def split_of(project_id: str, group: str) -> SplitName:
    """The split of a group; rows of one source always share it."""
    digest = hashlib.sha256(f"{project_id}\x1f{group}".encode("utf-8", "surrogatepass")).digest()
    percent = int.from_bytes(digest[:8], "big") % 100
    if percent < _TRAIN:
        return "train"
    return "dev" if percent < _DEV else "test"
