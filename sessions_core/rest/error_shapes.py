"""The JSON schema of a dialect's error bodies, taken from bodies that it makes."""

from typing import Any

from .dialect import ErrorDialect
from .problems import FieldError, Problem


def shape_of_errors(dialect: ErrorDialect) -> dict[str, Any]:
    where = FieldError(("body", 0, "field"), "What is wrong")
    samples = [
        Problem(404, "not_found", "What is wrong"),
        Problem(dialect.validation_status, "invalid", "What is wrong", [where]),
        Problem(400, "invalid", "What is wrong", details={"name": "value"}),
        Problem(429, "rate_limit_exceeded", "What is wrong", retry_after=60),
    ]
    return _shape([dialect.body(problem) for problem in samples])


def _shape(samples: list[Any]) -> dict[str, Any]:
    kinds = sorted({type(sample) for sample in samples}, key=lambda kind: kind.__name__)
    if len(kinds) > 1:
        return {"oneOf": [_shape([s for s in samples if type(s) is kind]) for kind in kinds]}
    if kinds == [list]:
        return {"type": "array", "items": _shape([item for sample in samples for item in sample])}
    if kinds != [dict]:
        return {"type": {int: "integer", str: "string"}[kinds[0]]}
    names = {name: [s[name] for s in samples if name in s] for sample in samples for name in sample}
    return {
        "type": "object",
        "required": [name for name, values in names.items() if len(values) == len(samples)],
        "properties": {
            # A mapping inside a body has the names of fields, which are not known here.
            name: {"type": "object", "additionalProperties": True}
            if isinstance(values[0], dict)
            else _shape(values)
            for name, values in names.items()
        },
    }
