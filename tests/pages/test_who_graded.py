"""Grades that a file names nobody for are the import's, in the reader's language."""

from __future__ import annotations

from labelcore.messages import speaking
from labelcore.messages.catalogue import person_words
from pages.widgets.opened_output import said


def test_who_graded_is_said_in_the_readers_language_and_names_stay() -> None:
    with speaking("zh"):
        assert (person_words("import"), person_words("Ann")) == ("导入", "Ann")
        assert "import" not in said("import", "pass")
    assert person_words("import") == "import"
