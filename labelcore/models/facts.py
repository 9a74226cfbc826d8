"""What a report found, before anybody puts it into words."""

from __future__ import annotations

from typing import Any

from pydantic import (
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from labelcore.models.base import Frozen


class Fact(Frozen):
    """One thing found: a code that programs may ask for, and the values that its sentence needs.

    Values are numbers, names, moments, rates, or facts again. ``then``: facts whose sentences follow
    this one's. Without a code there is nothing to say. `labelcore.messages` has a sentence for each
    code; a serialization whose context names ``sentence`` writes that, any other the fact itself.
    """

    code: str
    values: dict[str, Any] = Field(default_factory=dict)
    then: tuple[Fact, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        """A sentence, as a file has it, stands for itself."""
        if not isinstance(given, str):
            return given
        return {"code": "as_written" if given else "", "values": {"words": given} if given else {}}

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.code)

    def followed_by(self, *then: Fact) -> Fact:
        """The same with other facts after it; empty ones are left out."""
        return self.model_copy(update={"then": (*self.then, *filter(None, then))})

    @model_serializer(mode="wrap")
    def _written(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
        if info.context:
            return info.context["sentence"](self)
        return self if info.mode == "python" else handler(self)


def fact(code: str, /, *then: Fact, **values: Any) -> Fact:
    """A fact with its values; empty ones that would follow are left out."""
    return Fact(code=code, values=values).followed_by(*then)


NOTHING = Fact(code="")
