"""``PythonicParser``: words, operators, and a reader of Python expressions for programs that want one."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from nemo_run._types.hints import MISSING
from nemo_run.cli._parse import interpreter
from nemo_run.cli._parse.errors import ArgumentValueError
from nemo_run.cli._parse.interpreter import ExpressionError
from nemo_run.cli._parse.limits import SAFE_BUILTINS
from nemo_run.cli._parse.literals import evaluate, split
from nemo_run.cli._parse.operations import Operation, combine
from nemo_run.cli._parse.words import parse_word

_CONSTRUCTORS: dict[str, Callable[..., Any]] = {"dict": dict, "list": list, "tuple": tuple, "set": set}
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_IN_LAMBDAS = (
    ast.Constant,
    ast.Name,
    ast.BinOp,
    ast.UnaryOp,
    ast.List,
    ast.Tuple,
    ast.Set,
    ast.Dict,
    ast.operator,
    ast.unaryop,
    ast.expr_context,
    ast.keyword,
)


class PythonicParser:
    """Reads words, and values written in Python; nothing is handed to ``eval``.

    Attributes:
        safe_builtins: What expressions may call.
    """

    def __init__(self) -> None:
        self.safe_builtins: dict[str, Any] = dict(SAFE_BUILTINS)

    def parse(self, arg: str) -> dict[str, tuple[Operation, str]]:
        """Return key -> operation and text of a word.

        Raises:
            ArgumentParsingError: It has another form.
        """
        word = parse_word(arg)
        return {word.key: (word.operation, word.value)}

    def apply_operation(self, op: Operation, old: Any, new: Any) -> Any:
        """Return ``old OP new``; see ``combine``."""
        return combine(op, MISSING if old is None and op is Operation.ASSIGN else old, new)

    def parse_value(self, value: str) -> Any:
        """Return what a text means: a literal, a constructor, an expression, or the text itself.

        Raises:
            ArgumentValueError: An expression that is not allowed, or fails.
        """
        try:
            return self._value(value)
        except RecursionError as error:
            raise ArgumentValueError("The value is nested too deeply", value, {}) from error

    def _value(self, value: str) -> Any:
        try:
            return evaluate(value)
        except ValueError:
            pass
        if value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        if value.strip().startswith("lambda ") or value.strip().startswith("lambda:"):
            return self.parse_lambda(value)
        try:
            node = interpreter.parse(value)
        except ExpressionError:
            return value
        return self._expression(node, value)

    def _expression(self, node: ast.expr, value: str) -> Any:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CONSTRUCTORS:
            return self.parse_constructor(value)
        if isinstance(node, _COMPREHENSIONS):
            return self.parse_comprehension(value)
        if isinstance(node, ast.IfExp):
            return self.parse_ternary(value)
        return value

    def parse_constructor(self, value: str) -> Any:
        """Read ``dict(a=1)``, and ``list(1, 2)``, ``tuple(1, 2)``, ``set(1, 2)`` with their items.

        Raises:
            ArgumentValueError: Another form.
        """
        name, bracket, rest = value.strip().partition("(")
        make = _CONSTRUCTORS.get(name.strip())
        if make is None or not bracket or not rest.endswith(")"):
            raise ArgumentValueError(
                f"Invalid constructor, expected one of {', '.join(_CONSTRUCTORS)}", value, {}
            )
        try:
            parts = [part.strip() for part in split(rest[:-1], ",")]
            parts = parts[:-1] if parts[-1] == "" else parts
            return dict(map(self._pair, parts)) if make is dict else self._collection(make, parts)
        except ArgumentValueError:
            raise
        except (TypeError, ValueError) as error:
            raise ArgumentValueError(f"Invalid constructor: {error}", value, {}) from error

    def _pair(self, part: str) -> tuple[str, Any]:
        key, equals, text = part.partition("=")
        if not equals or not key.strip().isidentifier():
            raise ValueError(f"expected key=value, got {part!r}")
        return key.strip(), self.parse_value(text.strip())

    def _collection(self, make: Callable[..., Any], parts: list[str]) -> Any:
        items = [self.parse_value(part) for part in parts]
        if len(items) == 1 and isinstance(items[0], (list, tuple, set, dict)):
            return make(items[0])
        return make(items)

    def parse_comprehension(self, value: str) -> Any:
        """Evaluate a comprehension; a generator expression gives a list.

        Raises:
            ArgumentValueError: It is none, is not allowed, or fails.
        """
        return self._evaluated(value, _COMPREHENSIONS, "comprehension")

    def parse_ternary(self, value: str) -> Any:
        """Evaluate ``A if TEST else B``.

        Raises:
            ArgumentValueError: It is none, is not allowed, or fails.
        """
        return self._evaluated(value, (ast.IfExp,), "conditional expression")

    def parse_lambda(self, value: str) -> Callable[..., Any]:
        """Return a function for ``lambda PARAMETERS: ARITHMETIC``; calls are limited to ``safe_builtins``.

        Raises:
            ArgumentValueError: It is none, or does something else.
        """
        node = self._parsed(value, (ast.Lambda,), "lambda")
        assert isinstance(node, ast.Lambda)  # noqa: S101 - just checked
        defaults = [
            *node.args.defaults,
            *(default for default in node.args.kw_defaults if default is not None),
        ]
        if any(self._contains_unsafe_operations(part) for part in [node.body, *defaults]):
            raise ArgumentValueError("Unsafe operations detected in lambda", value, {})
        return interpreter.make_function(node, interpreter.evaluate)

    def _contains_unsafe_operations(self, node: ast.AST) -> bool:
        """Whether something in an expression may not stand in a ``lambda``."""
        return any(not self._is_safe(part) for part in ast.walk(node))

    def _is_safe(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Call):
            return isinstance(node.func, ast.Name) and node.func.id in self.safe_builtins
        if isinstance(node, ast.keyword):
            return node.arg is not None
        return isinstance(node, _IN_LAMBDAS)

    def _evaluated(self, value: str, kinds: tuple[type[ast.expr], ...], name: str) -> Any:
        node = self._parsed(value, kinds, name)
        try:
            return interpreter.evaluate(node)
        except ExpressionError as error:
            raise ArgumentValueError(f"Invalid {name}: {error}", value, {}) from error

    def _parsed(self, value: str, kinds: tuple[type[ast.expr], ...], name: str) -> ast.expr:
        try:
            node = interpreter.parse(value)
        except ExpressionError as error:
            raise ArgumentValueError(f"Invalid {name}: {error}", value, {}) from error
        if not isinstance(node, kinds):
            raise ArgumentValueError(f"Invalid {name}: the text is something else", value, {})
        return node
