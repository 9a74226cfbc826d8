"""Imported verdicts: another tool decided, and nothing here can ask it."""

from __future__ import annotations

from pydantic import ConfigDict
from typing_extensions import override

from labelcore.judges.kinds import Kind, register
from labelcore.models import Frozen
from labelcore.wording import Wording


class ImportedSpec(Frozen):
    """The tool; ``flipped`` is the judge version whose verdicts these are, turned round."""

    model_config = ConfigDict(extra="ignore")

    tool: str = ""
    flipped: str = ""


@register
class ImportedKind(Kind[ImportedSpec]):
    """Verdicts without a judge."""

    form = ImportedSpec
    stored = "imported"
    place = 4
    runs = False
    turns_verdicts = True
    no_prompt = (
        Wording("The verdicts of {name} were imported, so it cannot be refreshed."),
        Wording("Import the other tool's new verdicts."),
    )

    def describe(self) -> Wording:
        """Where the verdicts come from."""
        return Wording("Verdicts of another tool, imported with the outputs.")

    def flipped(self, version_id: str, name: str) -> tuple[dict[str, object], str]:
        """The same tool, with the version that it turns round."""
        return {**self.content, "flipped": version_id}, f"The opposite of what {name} says."

    @property
    @override
    def stays(self) -> str:
        return "its verdicts were imported from another tool, which is not here to be run"
