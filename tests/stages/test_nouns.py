"""What a project calls one output stands wherever a sentence says "output"; nothing else changes."""

import re

import pytest

from labelcore.errors import BadInput
from labelcore.messages import document, say, sentence
from labelcore.messages.catalogue import calling, chinese, counted, speaking
from labelcore.messages.nouns import called, called_in_chinese
from labelcore.models import Noun, ProjectSettings, fact
from labelcore.stages import projects
from labelcore.store import Database
from labelcore.workspace import Workspace

REPLY = Noun(one="reply", several="replies", zh="回复")
ANSWER = Noun(one="answer", several="answers")
PLACES = re.compile(r"{[^}]*}|`[^`]*`|--\w+")


@pytest.fixture
def workspace(db: Database) -> Workspace:
    return Workspace(db, projects.open_project(db, "test"))


def test_sentences_use_the_noun_in_the_number_and_case_that_they_need() -> None:
    with calling(REPLY):
        assert say("Outputs") == "Replies"
        assert say("No output matches.") == "No reply matches."
        assert counted("1 output", "{n:,} outputs", n=1) == "1 reply"
        assert counted("1 output", "{n:,} outputs", n=2_000) == "2,000 replies"
        with speaking("zh"):
            assert say("Outputs") == "回复"
    assert say("Outputs") == "Outputs"


def test_the_article_follows_the_noun() -> None:
    assert called("The fact stands on an output.", REPLY) == "The fact stands on a reply."
    assert called("An output and the output", ANSWER) == "An answer and the answer"


def test_a_noun_of_one_language_leaves_the_other_as_it_was() -> None:
    with calling(Noun(zh="回复")):
        assert say("Outputs") == "Outputs"
    with calling(ANSWER), speaking("zh"):
        assert say("Outputs") == "输出"


def test_names_of_commands_and_places_stay_in_every_sentence() -> None:
    for english, translated in chinese().items():
        assert PLACES.findall(called(english, REPLY)) == PLACES.findall(english)
        assert PLACES.findall(called_in_chinese(translated, REPLY)) == PLACES.findall(translated)


def test_what_people_wrote_keeps_its_words() -> None:
    with calling(REPLY):
        assert say("Says output where outputs are meant") == "Says output where outputs are meant"
        assert sentence(fact("came", name="Empty outputs")) == "New: 'Empty outputs'."


def test_the_json_form_keeps_saying_output() -> None:
    with calling(REPLY):
        assert document(fact("failed_none")) == "People failed none of the outputs."


@pytest.mark.parametrize(
    "name", ["**bold**", "<b>", "{n}", "![](http://x)", "a\nb", "x" * 31, ":smile:", "`a`"]
)
def test_a_noun_is_a_plain_name(workspace: Workspace, name: str) -> None:
    with pytest.raises(BadInput):
        projects.name_outputs(workspace, one=name)
    with pytest.raises(BadInput):
        projects.name_outputs(workspace, zh=name)
    assert ProjectSettings.model_validate({"noun": {"one": name, "several": name, "zh": name}}).noun == Noun()


@pytest.mark.parametrize(("one", "several"), [("reply", "replies"), ("box", "boxes"), ("essay", "essays")])
def test_several_follow_from_one(workspace: Workspace, one: str, several: str) -> None:
    assert projects.name_outputs(workspace, one=one).several == several


def test_the_noun_is_kept_and_can_be_given_up(workspace: Workspace) -> None:
    projects.name_outputs(workspace, one="reply", zh="回复")
    assert projects.open_project(workspace.db, "test").settings.noun == REPLY
    projects.name_outputs(workspace)
    assert projects.open_project(workspace.db, "test").settings.noun == Noun()
