"""Which formats can be imported, and how to get a file out of each tool."""

from __future__ import annotations

from labelcore.models import Frozen, Role
from labelcore.operations import operation
from labelcore.store.formats import every_format, every_tool
from labelcore.workspace import Workspace


class Importable(Frozen):
    """A format; ``get`` and ``brings`` are empty where it is no tool's but a way to write any table."""

    name: str
    title: str
    get: str = ""
    brings: str = ""


@operation("formats", role=Role.ENGINEER, project="none", listed_as="formats")
def formats(_workspace: Workspace) -> list[Importable]:
    """List the formats that can be imported, how to get a file out of each tool, and what comes along."""
    tools = [
        Importable(name=tool.name, title=tool.title, get=tool.get, brings=tool.brings)
        for tool in every_tool().values()
    ]
    return [*tools, *(Importable(name=form.name, title=form.title) for form in every_format().values())]
