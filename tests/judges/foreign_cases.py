"""Prompts in the shapes of those in public use, with what must be found in each."""

from tests.judges.foreign_case import Case
from tests.judges.foreign_of_benches import BENCHES
from tests.judges.foreign_of_classes import CLASSES
from tests.judges.foreign_of_others import OTHERS
from tests.judges.foreign_of_papers import PAPERS
from tests.judges.foreign_of_programs import PROGRAMS
from tests.judges.foreign_of_scorers import SCORERS
from tests.judges.foreign_of_tools import TOOLS

__all__ = ["CASES", "Case"]
CASES: dict[str, Case] = TOOLS | PAPERS | OTHERS | SCORERS | BENCHES | PROGRAMS | CLASSES
