"""Builtins that spend the budget of an expression, however they come to be called."""

from __future__ import annotations

from collections.abc import Callable, Sized
from typing import Any

from nemo_run.cli._parse.limits import SAFE_BUILTINS, Budget, power


class Limited:
    """A builtin in an expression; ``map(all, ...)`` calls it many times, and each one counts."""

    def __init__(self, function: Callable[..., Any], budget: Budget) -> None:
        self.function = function
        self._budget = budget

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Return what the builtin returns.

        Raises:
            LimitError: It is too big, or the budget is spent.
        """
        if self.function is isinstance:
            args, named = bare(args), bare(named)
        for arg in (*args, *named.values()):
            self._budget.spend(_cost(arg))
        if self.function is power:
            self._budget.spend(_cost_of_power(*args, **named))
        return self._budget.check(self.function(*args, **named))

    def __repr__(self) -> str:
        return repr(self.function)


def limited(name: str, budget: Budget) -> Limited:
    """Return a builtin that may be used, limited."""
    return Limited(SAFE_BUILTINS[name], budget)


def bare(value: Any) -> Any:
    """Return a value with the builtins themselves; what is in it was checked to be little."""
    if isinstance(value, Limited):
        return value.function
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value)(map(bare, value))
    return {bare(key): bare(item) for key, item in value.items()} if isinstance(value, dict) else value


def _cost(arg: Any) -> int:
    """Return the work of a builtin with an argument: it goes through all items."""
    return len(arg) if isinstance(arg, Sized) else 1


def _cost_of_power(base: Any, exponent: Any, modulus: Any = None) -> int:
    """Return the work of ``pow``: with a modulus, one product of its size for each bit of the exponent."""
    del base
    if not isinstance(exponent, int) or not isinstance(modulus, int):
        return 0
    return exponent.bit_length() * modulus.bit_length() ** 2 // 1_000_000
