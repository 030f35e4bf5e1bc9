"""What an expression of a command line may cost: each limit by itself, with little memory."""

from __future__ import annotations

import operator
from typing import Any

import pytest

from nemo_run.cli._parse import limits
from nemo_run.cli._parse.interpreter import ExpressionError, evaluate, parse
from nemo_run.cli._parse.limits import Budget, LimitError

MANY = "range(99999)"


class Long:
    """As long as it says, without being so."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __mul__(self, times: int) -> Any:
        raise AssertionError("it was made")

    __rmul__ = __mul__


@pytest.mark.parametrize(
    ("operation", "args"),
    [
        (limits.multiply, (Long(10), 10_001)),
        (limits.multiply, (10_001, Long(10))),
        (limits.multiply, ([0], 100_001)),
        (limits.power, (2, 20_001)),
        (limits.power, (3, 10**6)),
        (limits.power, (3, 1 << 1000, 1 << 1000)),
        (limits.power, (3, 1 << 5000, 1 << 500)),
        (limits.shift_left, (1, 20_001)),
        (limits.limited_range, (100_001,)),
        (limits.limited_range, (0, -(10**30), -1)),
        (limits.limited_round, (1, 1001)),
        (Budget().check, (1 << 20_000,)),
        (Budget().check, ("x" * 100_001,)),
        (Budget().check, ([[0] * 1000] * 100,)),
        (Budget().spend, (200_001,)),
    ],
)
def test_the_limit_is_in_the_function_itself(operation: Any, args: Any) -> None:
    with pytest.raises(LimitError):
        operation(*args)


@pytest.mark.parametrize(
    ("operation", "args"),
    [
        (limits.multiply, ([0], 1000)),
        (limits.power, (2, 10_000)),
        (limits.power, (3, 1 << 500, (1 << 500) + 1)),
        (limits.shift_left, (1, 19_999)),
        (limits.limited_range, (100_000,)),
        (limits.limited_round, (1.5, 1000)),
        (Budget().check, ((1 << 20_000) - 1,)),
        (Budget().check, ([[0] * 1000] * 99,)),
        (Budget().spend, (200_000,)),
    ],
)
def test_less_is_allowed(operation: Any, args: Any) -> None:
    operation(*args)


@pytest.mark.parametrize(
    "text",
    [
        f"[all({MANY}) for x in range(9)]",
        f"all(map(any, [{MANY}, {MANY}, {MANY}]))",
        "list(map(all, [range(1, 99999)] * 3))",
        f"list(map(list, [{MANY}] * 3))",
        f"list(map(len, map(list, [{MANY}] * 3)))",
        f"sorted([{MANY}] * 3, key=len)",
        f"list(filter(sum, [{MANY}] * 3))",
        f"[list(map(f, [{MANY}] * 3)) for f in [tuple]]",
        f"max([{MANY}] * 3, key=min)",
        "list(map(pow, [3] * 300, [2**900] * 300, [2**999] * 300))",
        "[2**9900 for x in range(9000)]",
    ],
)
def test_builtins_spend_the_budget_however_they_are_called(text: str) -> None:
    with pytest.raises(ExpressionError, match="too many steps"):
        evaluate(parse(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("list(map(str, [1, 2]))", ["1", "2"]),
        ("sorted(['bb', 'a'], key=len)", ["a", "bb"]),
        ("isinstance(1, int)", True),
        ("isinstance('a', (int, float))", False),
        ("[isinstance(x, t) for x, t in [(1, int), ('a', float)]]", [True, False]),
        ("int if True else float", int),
        ("[int, {'a': (str,)}]", [int, {"a": (str,)}]),
        ("str(len)", str(len)),
        ("pow(3, 4, 5)", 1),
        ("pow(2.0, 3)", 8.0),
        ("max([], default=abs)", abs),
    ],
)
def test_builtins_are_values(text: str, value: Any) -> None:
    assert operator.eq(evaluate(parse(text)), value)
