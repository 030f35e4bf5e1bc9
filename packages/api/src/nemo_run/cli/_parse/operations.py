"""Operators in words: ``steps*=2``."""

from __future__ import annotations

import enum
import operator
from collections.abc import Callable, Mapping, Sized
from typing import Any

from nemo_run._types.hints import MISSING
from nemo_run.cli._parse.errors import OperationError, UndefinedVariableError

_LONGEST = 10_000_000


class Operation(enum.Enum):
    """What a word does to the value that is there."""

    ASSIGN = "="
    ADD = "+="
    SUBTRACT = "-="
    MULTIPLY = "*="
    DIVIDE = "/="
    OR = "|="
    AND = "&="
    UNION = "|="


def _multiply(old: Any, new: Any) -> Any:
    for many, times in ((old, new), (new, old)):
        if isinstance(many, Sized) and isinstance(times, int) and len(many) * times > _LONGEST:
            raise ValueError(f"the result would have more than {_LONGEST} items")
    return old * new


_FUNCTIONS: Mapping[Operation, Callable[[Any, Any], Any]] = {
    Operation.ADD: operator.add,  # never the ones in place: the old value may be a default
    Operation.SUBTRACT: operator.sub,
    Operation.MULTIPLY: _multiply,
    Operation.DIVIDE: operator.truediv,
    Operation.OR: operator.or_,
    Operation.AND: operator.and_,
}


def combine(operation: Operation, old: Any, new: Any) -> Any:
    """Return what a place holds after ``old OPERATION new``; neither operand changes.

    ``None`` counts as an empty list or dictionary where one is added.

    Args:
        operation: The operator.
        old: What is there; ``Parameter.empty`` for nothing.
        new: The value of the word.

    Raises:
        UndefinedVariableError: Nothing is there.
        OperationError: The two do not go together.
    """
    if operation is Operation.ASSIGN:
        return new
    if old is MISSING:
        text = f"Cannot use '{operation.value}' on undefined variable"
        raise UndefinedVariableError(text, str(new), {"operation": operation.value})
    if old is None and _fills_nothing(operation, new):
        old = type(new)()
    try:
        return _FUNCTIONS[operation](old, new)
    except Exception as error:
        text = f"Operation '{operation.value}' failed: {error}"
        raise OperationError(text, f"{old!r} {operation.value} {new!r}", {}) from error


def _fills_nothing(operation: Operation, new: Any) -> bool:
    kinds = {Operation.ADD: (list, tuple), Operation.OR: (dict, set, frozenset)}
    return type(new) in kinds.get(operation, ())
