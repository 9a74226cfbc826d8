"""Everything that labelcore says to people about its results, in every language of the interface.

Reports hold facts (`labelcore.models.Fact`) and figures; here they become sentences, the same ones for
pages, the command line and reports. `python -m labelcore.messages` brings the catalogue up to the code.
"""

from labelcore.messages import aligning, deriving, grading, importing, judging, notifying, prompting, trusting
from labelcore.messages.catalogue import (
    NAMES,
    Language,
    call,
    paragraph,
    say,
    say_in,
    speak,
    speaking,
    trouble_words,
)
from labelcore.messages.figures import money_words, number_words, rate_words
from labelcore.messages.results import document_of, lines, lines_of, write_out
from labelcore.messages.telling import document, learn, listed, sentence, sentences

__all__ = [
    "NAMES",
    "Language",
    "call",
    "document",
    "document_of",
    "lines",
    "lines_of",
    "listed",
    "money_words",
    "number_words",
    "paragraph",
    "rate_words",
    "say",
    "say_in",
    "sentence",
    "sentences",
    "speak",
    "speaking",
    "trouble_words",
    "write_out",
]

for _room in (aligning, trusting, deriving, grading, judging, importing, notifying, prompting):
    learn(_room.WORDS)
