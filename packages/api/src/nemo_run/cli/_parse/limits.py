"""Arithmetic and builtins for expressions from command lines, with limits on what they may cost."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

MOST_BITS = 20_000
LARGEST = 100_000
MOST_WORK = 200_000
_MOST_MODULAR_BITS = 1000**3
_NUMBERS = (int, float, complex)


class LimitError(ValueError):
    """An expression would take too long or too much memory."""


class Budget:
    """How much work one expression may still do."""

    def __init__(self) -> None:
        self._left = MOST_WORK

    def spend(self, amount: int = 1) -> None:
        """Do some work.

        Raises:
            LimitError: It is too much.
        """
        self._left -= amount
        if self._left < 0:
            raise LimitError("the expression takes too many steps")

    def check(self, value: Any) -> Any:
        """Return a value that is not too big, items of items included.

        Raises:
            LimitError: It is.
        """
        if isinstance(value, int):
            if value.bit_length() > MOST_BITS:
                raise LimitError("the number is too big")
            self.spend((value.bit_length() // 1000) ** 2)  # what a product of it takes
        elif isinstance(value, (str, bytes, range)):
            self.spend(1 + len(value) // 100)
            _limit(len(value))
        elif isinstance(value, (list, tuple, set, frozenset, dict)):
            _limit(self._size(value, {}))
        return value

    def _size(self, value: Any, known: dict[int, int]) -> int:
        """Count items, those of a shared container once for each place it is in."""
        if isinstance(value, (str, bytes)):
            return 1 + len(value) // 100
        if not isinstance(value, (list, tuple, set, frozenset, dict)):
            return 1
        if id(value) not in known:
            self.spend(1 + len(value))
            parts = [*value, *value.values()] if isinstance(value, dict) else value
            known[id(value)] = 1 + sum(self._size(part, known) for part in parts)
        return known[id(value)]


def _limit(size: int) -> None:
    if size > LARGEST:
        raise LimitError(f"the result would have more than {LARGEST} items")


def power(base: Any, exponent: Any, modulus: Any = None) -> Any:
    """Return ``base ** exponent`` unless it is huge."""
    if isinstance(base, int) and isinstance(exponent, int):
        if max(base.bit_length(), 1) * abs(exponent) > MOST_BITS and modulus is None:
            raise LimitError("the number is too big")
        if (
            isinstance(modulus, int)
            and exponent.bit_length() * modulus.bit_length() ** 2 > _MOST_MODULAR_BITS
        ):
            raise LimitError("the numbers are too big")
    return pow(base, exponent) if modulus is None else pow(base, exponent, modulus)


def multiply(left: Any, right: Any) -> Any:
    """Return ``left * right`` unless it has very many items."""
    for many, times in ((left, right), (right, left)):
        if isinstance(times, int) and not isinstance(many, _NUMBERS):
            _limit(len(many) * max(times, 0))
    return left * right


def shift_left(left: int, right: int) -> int:
    """Return ``left << right`` unless it is huge."""
    if right > MOST_BITS:
        raise LimitError("the number is too big")
    return left << right


def remainder(left: Any, right: Any) -> Any:
    """Return ``left % right`` of numbers; formatting of texts is left out."""
    if not isinstance(left, _NUMBERS):
        raise TypeError("% is for numbers")
    return left % right


def limited_range(*args: int) -> range:
    """Return a range that is not too long."""
    found = range(*args)
    if found and (found[-1] - found[0]) // found.step >= LARGEST:  # len() fails for very long ones
        raise LimitError(f"a range of more than {LARGEST} numbers")
    return found


def limited_round(number: Any, digits: int | None = None) -> Any:
    """Return ``round(number, digits)``."""
    if digits is not None and abs(digits) > 1000:
        raise LimitError("too many digits to round to")
    return round(number) if digits is None else round(number, digits)


def limited_sum(items: Any, start: Any = 0) -> Any:
    """Return the sum of numbers."""
    total = start
    for item in items:
        if not isinstance(item, _NUMBERS):
            raise TypeError("sum is for numbers")
        total = total + item
    return total


BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": multiply,
    "Div": operator.truediv,
    "FloorDiv": operator.floordiv,
    "Mod": remainder,
    "Pow": power,
    "LShift": shift_left,
    "RShift": operator.rshift,
    "BitOr": operator.or_,
    "BitAnd": operator.and_,
    "BitXor": operator.xor,
}
UNARY: Mapping[str, Callable[[Any], Any]] = {
    "UAdd": operator.pos,
    "USub": operator.neg,
    "Invert": operator.invert,
    "Not": operator.not_,
}
COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Is": operator.is_,
    "IsNot": operator.is_not,
    "In": lambda left, right: left in right,
    "NotIn": lambda left, right: left not in right,
}
SAFE_BUILTINS: Mapping[str, Any] = {
    **{
        function.__name__: function
        for function in (
            abs,
            all,
            any,
            bin,
            bool,
            chr,
            divmod,
            enumerate,
            filter,
            float,
            hex,
            int,
            isinstance,
        )
    },
    **{
        function.__name__: function
        for function in (len, list, map, max, min, oct, ord, reversed, set, slice, sorted, str, tuple, zip)
    },
    "pow": power,
    "range": limited_range,
    "round": limited_round,
    "sum": limited_sum,
}
