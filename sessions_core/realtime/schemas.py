"""How a message of the sockets is described, and the JSON Schema that follows from it."""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Field:
    """One member of a message's ``data``; ``type`` is a JSON Schema type, or several."""

    name: str
    type: str | tuple[str, ...]
    description: str
    required: bool = True
    minimum: int | None = 0
    maximum: int | None = None
    choices: tuple[str, ...] = ()

    def schema(self) -> dict[str, Any]:
        kind = self.type if isinstance(self.type, str) else list(self.type)
        schema: dict[str, Any] = {"type": kind, "description": self.description}
        if self.choices:
            schema["enum"] = list(self.choices)
        if kind in ("integer", "number"):
            limits = {"minimum": self.minimum, "maximum": self.maximum}
            schema |= {name: value for name, value in limits.items() if value is not None}
        return schema


@dataclass(frozen=True)
class MessageType:
    """``numbered``: the message carries ``id``, which rises by one within the session. ``key``:
    whether it carries the client's key of an answer.
    """

    name: str
    summary: str
    fields: tuple[Field, ...] = ()
    numbered: bool = False
    key: Literal["never", "perhaps", "always"] = "never"
    example: dict[str, Any] | None = None

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the whole message."""
        properties: dict[str, Any] = {"type": {"const": self.name}}
        required = ["type"]
        if self.numbered:
            properties["id"] = {"type": "integer", "minimum": 0}
            required.append("id")
        if self.key != "never":
            properties["key"] = {"type": "string", "minLength": 1, "maxLength": 255}
        if self.key == "always":
            required.append("key")
        if self.fields:
            properties["data"] = {
                "type": "object",
                "properties": {field.name: field.schema() for field in self.fields},
                "required": [field.name for field in self.fields if field.required],
                "additionalProperties": False,
            }
            required.append("data")
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }
