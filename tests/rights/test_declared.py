"""No operation without a rule about who may do it."""

from collections import Counter

from . import table
from .routes import served


def test_every_operation_served_is_declared() -> None:
    assert served() - table.declared() == set()


def test_every_operation_declared_is_served() -> None:
    assert table.declared() - served() == set()


def test_every_operation_has_one_rule() -> None:
    rules = Counter(operation for rule in table.RULES.values() for operation in rule)

    assert [operation for operation, times in rules.items() if times > 1] == []
