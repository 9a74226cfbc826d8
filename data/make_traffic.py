"""Give the sample project's outputs their times, and simulate what its users did with them.

Neither is real: when a version answered, and who accepted, edited or ignored a draft, is drawn by the chances
below, with one seed, so that the same files come out again::

    python data/make_traffic.py

The chances know the version of an output only: nothing here reads the texts or the grades.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

DATA = Path(__file__).parent
SEED = 17
START = datetime(2026, 10, 26)  # a Monday
WEEKS = {"v1": (0.40, 0.38, 0.17, 0.05), "v2": (0.0, 0.0, 0.43, 0.57)}
"""The share of each version's outputs in the four weeks."""
RECALL = timedelta(days=22)
"""What customers write about the recall comes from the Tuesday of the last week on."""
ACTS = {
    "v1": {"accepted": 0.18, "edited": 0.48, "ignored": 0.34},
    "v2": {"accepted": 0.66, "edited": 0.27, "ignored": 0.07},
}
THUMBS = {"v1": {"up": 0.25, "down": 0.75}, "v2": {"up": 0.8, "down": 0.2}}
SEEN = {"support_replies": (0.6, 0.15), "product_descriptions": (0.5, 0.0), "meeting_summaries": (0.0, 0.4)}
"""The shares of a pipeline's outputs that a clerk acted on, and that somebody voted on."""
FIELDS = "id created_at pipeline version language group input context output model temperature finish_reason"
Output = dict[str, str]


def when(output: Output, chance: random.Random) -> datetime:
    """A time between eight and six in one of the version's weeks."""
    week = chance.choices(range(4), WEEKS[output["version"]])[0]
    first, days = timedelta(weeks=week), 6
    if output["group"].startswith("r"):
        first, days = RECALL, 5
    return START + first + timedelta(days=chance.randrange(days), minutes=chance.randrange(8 * 60, 18 * 60))


def drawn(chances: Mapping[str, float], chance: random.Random) -> str:
    """One of the words."""
    return chance.choices(list(chances), list(chances.values()))[0]


def events(output: Output, chance: random.Random) -> list[Output]:
    """What users did with one output: a clerk's act, a vote, both or nothing."""
    acted, voted = (chance.random() < share for share in SEEN[output["pipeline"]])
    found = []
    for happened, signal, chances in ((acted, "action", ACTS), (voted, "thumbs", THUMBS)):
        if happened:
            later = datetime.fromisoformat(output["created_at"]) + timedelta(minutes=chance.randrange(2, 240))
            user = f"user-{chance.randrange(1, 9)}"
            word = drawn(chances[output["version"]], chance)
            found.append({"id": output["id"], "at": later.isoformat(), "user": user, signal: word})
    return found


def main() -> None:
    """Write both files again."""
    place = DATA / "sample_outputs.jsonl"
    outputs = [json.loads(line) for line in place.read_text("utf-8").splitlines()]
    chance = random.Random(SEED)
    for output in sorted(outputs, key=lambda output: str(output["id"])):
        output["created_at"] = when(output, chance).isoformat()
    outputs.sort(key=lambda output: (output["created_at"], output["id"]))
    lines = [{field: output[field] for field in FIELDS.split() if field in output} for output in outputs]
    texts = (json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    place.write_text("".join(texts), encoding="utf-8")
    with (DATA / "sample_feedback.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "at", "user", "action", "thumbs"], lineterminator="\n")
        writer.writeheader()
        for output in outputs:
            writer.writerows(events(output, chance))


if __name__ == "__main__":
    main()
