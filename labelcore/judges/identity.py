"""A judge version's id: the hash of what it is, so that the same judge is never run twice."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def version_id(project_id: str, criterion_id: str | None, kind: str, spec: dict[str, Any]) -> str:
    """The hash of a judge's content; whoever changes one character gets another version."""
    content = json.dumps([project_id, criterion_id, kind, spec], sort_keys=True, ensure_ascii=False)
    return "j_" + hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:24]
