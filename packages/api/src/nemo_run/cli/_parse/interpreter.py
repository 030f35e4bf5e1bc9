"""Python expressions from command lines, evaluated without ``eval``: no attributes, no other calls."""

from __future__ import annotations

import ast
import collections
import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nemo_run.cli._parse.limited import bare, limited
from nemo_run.cli._parse.limits import BINARY, COMPARE, SAFE_BUILTINS, UNARY, Budget

_LONGEST = 100_000
_Scope = Mapping[str, Any]


class ExpressionError(ValueError):
    """A text is no expression, uses what is not allowed, or fails."""


def parse(text: str) -> ast.expr:
    """Return the expression that a text is.

    Raises:
        ExpressionError: It is none.
    """
    if len(text) > _LONGEST:
        raise ExpressionError("the expression is too long")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as error:
        raise ExpressionError(f"not an expression: {error}") from error


def evaluate(node: ast.expr, names: _Scope | None = None) -> Any:
    """Return the value of an expression.

    Args:
        node: The expression.
        names: What it may use besides ``SAFE_BUILTINS``.

    Raises:
        ExpressionError: It uses what is not allowed, fails, or takes too much.
    """
    try:
        return bare(_Interpreter().value(node, names or {}))
    except ExpressionError:
        raise
    except RecursionError as error:
        raise ExpressionError("the expression is nested too deeply") from error
    except Exception as error:
        raise ExpressionError(f"{type(error).__name__}: {error}") from error


class _Interpreter:
    """Evaluates one expression."""

    def __init__(self) -> None:
        self.budget = Budget()

    def value(self, node: ast.expr, scope: _Scope) -> Any:
        self.budget.spend()
        handle = _HANDLERS.get(type(node))
        if handle is None:
            raise ExpressionError(f"{_written(node)} is not allowed here")
        return self.budget.check(handle(self, node, scope))

    def name(self, node: ast.Name, scope: _Scope) -> Any:
        if node.id in scope:
            return scope[node.id]
        if node.id in SAFE_BUILTINS:
            return limited(node.id, self.budget)
        raise ExpressionError(f"name {node.id!r} is not defined")

    def binary(self, node: ast.BinOp, scope: _Scope) -> Any:
        function = BINARY.get(type(node.op).__name__)
        if function is None:
            raise ExpressionError(f"{_written(node)} is not allowed here")
        return function(self.value(node.left, scope), self.value(node.right, scope))

    def unary(self, node: ast.UnaryOp, scope: _Scope) -> Any:
        return UNARY[type(node.op).__name__](self.value(node.operand, scope))

    def boolean(self, node: ast.BoolOp, scope: _Scope) -> Any:
        result: Any = None
        for part in node.values:
            result = self.value(part, scope)
            if bool(result) is isinstance(node.op, ast.Or):
                return result
        return result

    def compare(self, node: ast.Compare, scope: _Scope) -> Any:
        left = self.value(node.left, scope)
        result: Any = True
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node, scope)
            result = COMPARE[type(op).__name__](left, right)
            if not result:
                return result
            left = right
        return result

    def conditional(self, node: ast.IfExp, scope: _Scope) -> Any:
        return self.value(node.body if self.value(node.test, scope) else node.orelse, scope)

    def subscript(self, node: ast.Subscript, scope: _Scope) -> Any:
        return self.value(node.value, scope)[self.value(node.slice, scope)]

    def slice(self, node: ast.Slice, scope: _Scope) -> Any:
        return slice(
            *(
                None if part is None else self.value(part, scope)
                for part in (node.lower, node.upper, node.step)
            )
        )

    def items(self, nodes: list[ast.expr], scope: _Scope) -> list[Any]:
        return [self.value(node, scope) for node in nodes]

    def dictionary(self, node: ast.Dict, scope: _Scope) -> Any:
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                raise ExpressionError("** is not allowed here")
            found[self.value(key, scope)] = self.value(value, scope)
        return found

    def call(self, node: ast.Call, scope: _Scope) -> Any:
        if not isinstance(node.func, ast.Name) or node.func.id in scope or node.func.id not in SAFE_BUILTINS:
            raise ExpressionError(f"a call of {_written(node.func)} is not allowed here")
        args = self.items(node.args, scope)
        named: dict[str, Any] = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                raise ExpressionError("** is not allowed here")
            named[keyword.arg] = self.value(keyword.value, scope)
        return limited(node.func.id, self.budget)(*args, **named)

    def function(self, node: ast.Lambda, scope: _Scope) -> Callable[..., Any]:
        return make_function(node, lambda body, names: self.value(body, {**scope, **names}))

    def comprehension(self, node: Any, scope: _Scope) -> list[Any]:
        return [self.value(node.elt, inner) for inner in self.scopes(node.generators, scope)]

    def dictionary_of(self, node: ast.DictComp, scope: _Scope) -> dict[Any, Any]:
        return {
            self.value(node.key, inner): self.value(node.value, inner)
            for inner in self.scopes(node.generators, scope)
        }

    def scopes(self, generators: list[ast.comprehension], scope: _Scope) -> Iterator[_Scope]:
        """Yield the names of each turn of the loops."""
        first, rest = generators[0], generators[1:]
        if first.is_async:
            raise ExpressionError("async is not allowed here")
        for item in self.value(first.iter, scope):
            self.budget.spend()
            inner = collections.ChainMap({}, dict(scope))
            self.bind(first.target, item, inner)
            if all(self.value(test, inner) for test in first.ifs):
                if rest:
                    yield from self.scopes(rest, inner)
                else:
                    yield inner

    def bind(self, target: ast.expr, value: Any, scope: Any) -> None:
        if isinstance(target, ast.Name):
            scope[target.id] = value
            return
        if not isinstance(target, (ast.Tuple, ast.List)):
            raise ExpressionError(f"{_written(target)} is not allowed here")
        values = list(value)
        if len(values) != len(target.elts):
            raise ExpressionError(f"expected {len(target.elts)} values, got {len(values)}")
        for part, one in zip(target.elts, values, strict=True):
            self.bind(part, one, scope)


def make_function(node: ast.Lambda, run: Callable[[ast.expr, _Scope], Any]) -> Callable[..., Any]:
    """Return a function with the parameters of a ``lambda``.

    Args:
        node: The ``lambda``.
        run: Evaluates its body with the arguments, and its defaults with nothing.
    """
    signature = _signature(node.args, lambda default: run(default, {}))

    def function(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return run(node.body, bound.arguments)

    function.__name__ = function.__qualname__ = "<lambda>"
    function.__signature__ = signature  # pyright: ignore[reportFunctionMemberAccess]
    return function


def _signature(args: ast.arguments, value: Callable[[ast.expr], Any]) -> inspect.Signature:
    kind, make = inspect.Parameter, inspect.Parameter
    positional = [*((arg, kind.POSITIONAL_ONLY) for arg in args.posonlyargs)]
    positional += [(arg, kind.POSITIONAL_OR_KEYWORD) for arg in args.args]
    without = len(positional) - len(args.defaults)
    defaults = [kind.empty] * without + [value(default) for default in args.defaults]
    parameters = [
        make(arg.arg, k, default=default) for (arg, k), default in zip(positional, defaults, strict=True)
    ]
    if args.vararg:
        parameters.append(make(args.vararg.arg, kind.VAR_POSITIONAL))
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        given = kind.empty if default is None else value(default)
        parameters.append(make(arg.arg, kind.KEYWORD_ONLY, default=given))
    if args.kwarg:
        parameters.append(make(args.kwarg.arg, kind.VAR_KEYWORD))
    return inspect.Signature(parameters)


def _written(node: ast.expr) -> str:
    try:
        text = ast.unparse(node)
    except (RecursionError, ValueError):
        return type(node).__name__
    return repr(text if len(text) < 60 else f"{text[:57]}...")


_HANDLERS: Mapping[type, Callable[[_Interpreter, Any, _Scope], Any]] = {
    ast.Constant: lambda _, node, __: node.value,
    ast.Name: _Interpreter.name,
    ast.BinOp: _Interpreter.binary,
    ast.UnaryOp: _Interpreter.unary,
    ast.BoolOp: _Interpreter.boolean,
    ast.Compare: _Interpreter.compare,
    ast.IfExp: _Interpreter.conditional,
    ast.Subscript: _Interpreter.subscript,
    ast.Slice: _Interpreter.slice,
    ast.List: lambda self, node, scope: self.items(node.elts, scope),
    ast.Tuple: lambda self, node, scope: tuple(self.items(node.elts, scope)),
    ast.Set: lambda self, node, scope: set(self.items(node.elts, scope)),
    ast.Dict: _Interpreter.dictionary,
    ast.Call: _Interpreter.call,
    ast.Lambda: _Interpreter.function,
    ast.ListComp: _Interpreter.comprehension,
    ast.GeneratorExp: _Interpreter.comprehension,
    ast.SetComp: lambda self, node, scope: set(self.comprehension(node, scope)),
    ast.DictComp: _Interpreter.dictionary_of,
}
