"""What is said of a project as a whole."""

from collections.abc import Iterator

from labelcore.messages.catalogue import counted, say
from labelcore.messages.results import lines
from labelcore.models import Noun, Project
from labelcore.stages.projects import Overview


@lines("status")
def counts(report: Overview) -> Iterator[str]:
    for name, value in report.model_dump(exclude={"project", "only_on_criteria"}).items():
        yield say("{name}: {value:,}", name=say(name.replace("_", " ")), value=value)
    if report.only_on_criteria:
        yield counted(
            "1 graded output has grades on criteria only, none of the whole.",
            "{n:,} graded outputs have grades on criteria only, none of the whole.",
            n=report.only_on_criteria,
        )
    if report.passes + report.fails + report.unsure > report.graded:
        yield say("An output with several grades counts in each of them.")


@lines("projects begin")
def begun(project: Project) -> Iterator[str]:
    """What it is called."""
    yield say("'{name}' is begun. Next: bring its outputs in with `labelcore import`.", name=project.name)


@lines("projects hide")
def hidden(project: Project) -> Iterator[str]:
    """How it comes back."""
    yield say("'{name}' is hidden. `labelcore projects show {name}` brings it back.", name=project.name)


@lines("projects show")
def shown(project: Project) -> Iterator[str]:
    """That it is there."""
    yield say("'{name}' is among the projects again.", name=project.name)


@lines("projects noun")
def noun(called: Noun) -> Iterator[str]:
    """Both languages' names."""
    names = {"one": called.one or "output", "several": called.several or "outputs"}
    yield say("One is called “{one}”, several “{several}”.", **names)
    yield say("In Chinese: “{zh}”.", zh=called.zh or "输出")
