"""Functions rewritten so that what they call is configured: the heart of ``autoconvert``."""

from __future__ import annotations
import __future__

import ast
import functools
import inspect
import linecache
import types
import weakref
from collections.abc import Callable
from typing import Any

from fiddle.experimental.auto_config import UnsupportedLanguageConstructError

from nemo_run.exceptions import InvalidConfigError

_HANDLER = "__nemo_run_call__"
_SCOPE = "__nemo_run_scope__"
_ADVICE = "build the configuration in an ordinary function that returns a run.Config instead"
_FUTURES = functools.reduce(
    int.__or__, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)
_KNOWN: weakref.WeakKeyDictionary[Any, types.CodeType] = weakref.WeakKeyDictionary()


class UnsupportedCodeError(UnsupportedLanguageConstructError, InvalidConfigError):
    """The function has more in it than calls and assignments; also fiddle's error of that kind."""


class NoSourceError(InvalidConfigError, OSError):
    """The text of the function cannot be found."""


def rewritten(function: Any, call: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` with ``call(target, *args, **kwargs)`` in the place of every call in it.

    Args:
        function: A function of Python.
        call: What to do instead of calling ``target``.

    Raises:
        UnsupportedCodeError: It has control flow, lambdas, nested functions or classes.
        NoSourceError: Its text cannot be found.
        InvalidConfigError: It is no function.
    """
    if not isinstance(function, types.FunctionType):
        raise InvalidConfigError(f"only functions can be converted, not {function!r}; {_ADVICE}")
    code = _KNOWN.get(function)
    if code is None:
        code = _KNOWN[function] = _compiled(function)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    cells[_HANDLER] = types.CellType(call)
    new = types.FunctionType(
        code,
        function.__globals__,
        closure=tuple(cells[name] for name in code.co_freevars),
    )
    new.__defaults__, new.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
    new.__qualname__ = function.__qualname__
    return new


def place_of(function: types.FunctionType, line: int = 0) -> str:
    """Return name, file and line of a function, for messages."""
    code = function.__code__
    return f"{function.__qualname__}() at {code.co_filename}:{line or code.co_firstlineno}"


def _compiled(function: types.FunctionType) -> types.CodeType:
    tree = _tree_of(function)
    tree = _Rewriter(function).rewrite(tree)
    names = [*function.__code__.co_freevars, _HANDLER]
    scope = ast.parse(f"def {_SCOPE}():\n" + "".join(f"    {name} = None\n" for name in names))
    body: Any = scope.body[0]
    # Variables of the enclosing functions must be free variables of the new code as well.
    body.body.append(ast.Expr(tree) if isinstance(tree, ast.Lambda) else tree)
    module = ast.fix_missing_locations(scope)
    flags = function.__code__.co_flags & _FUTURES
    code = compile(module, function.__code__.co_filename, "exec", flags=flags, dont_inherit=True)
    return _inner(_inner(code, _SCOPE), function.__code__.co_name)


def _inner(code: types.CodeType, name: str) -> types.CodeType:
    return next(c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == name)


def _tree_of(function: types.FunctionType) -> Any:
    """Return the syntax tree of a function, with the line numbers of its file."""
    first = function.__code__.co_firstlineno
    try:
        if function.__code__.co_name == "<lambda>":
            return _lambda_at(function, first)
        text = "".join(inspect.getsourcelines(function.__code__)[0])
    except OSError as error:
        raise NoSourceError(f"cannot find the source of {place_of(function)}; {_ADVICE}") from error
    indented = text[:1].isspace()
    module = ast.parse(f"if True:\n{text}" if indented else text)
    ast.increment_lineno(module, first - (2 if indented else 1))
    tree: Any = module.body[0]
    tree = tree.body[0] if indented else tree
    if getattr(tree, "name", None) != function.__code__.co_name:  # of another file by the same name
        raise NoSourceError(f"cannot find the source of {place_of(function)}; {_ADVICE}")
    return tree


def _lambda_at(function: types.FunctionType, line: int) -> ast.Lambda:
    lines = linecache.getlines(function.__code__.co_filename, function.__globals__)
    if not lines:
        raise OSError(f"no file {function.__code__.co_filename}")
    nodes = ast.walk(ast.parse("".join(lines)))
    found = [node for node in nodes if isinstance(node, ast.Lambda) and node.lineno == line]
    if len(found) != 1:
        raise InvalidConfigError(f"{len(found)} lambdas in one line, {place_of(function)}; {_ADVICE}")
    return found[0]


class _Rewriter(ast.NodeTransformer):
    def __init__(self, function: types.FunctionType) -> None:
        self._function = function

    def rewrite(self, tree: Any) -> Any:
        """Return the tree of the function with its calls replaced."""
        if isinstance(tree, ast.AsyncFunctionDef):
            self._refuse(tree)
        if isinstance(tree, ast.Lambda):
            tree.body = self.visit(tree.body)
            return tree
        # The names of type parameters are free variables, if they are used.
        vars(tree).update(decorator_list=[], type_params=[])
        tree.body = [self.visit(statement) for statement in tree.body]
        return tree

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, _UNSUPPORTED):
            self._refuse(node)
        new = self.generic_visit(node)
        if not isinstance(new, ast.Call):
            return new
        handler = ast.copy_location(ast.Name(_HANDLER, ast.Load()), new)
        return ast.copy_location(ast.Call(handler, [new.func, *new.args], new.keywords), new)

    def _refuse(self, node: Any) -> None:
        code = self._function.__code__
        kind = type(node).__name__
        what = f"{_KINDS.get(kind, 'Control flow')} ({kind}) is unsupported by auto_config."
        line = linecache.getline(code.co_filename, node.lineno)
        location = (code.co_filename, node.lineno, node.col_offset + 1, line)
        raise UnsupportedCodeError(f"{what} {place_of(self._function, node.lineno)}: {_ADVICE}", location)


_KINDS = {
    "AsyncFunctionDef": "An async function",
    "ClassDef": "A class definition",
    "FunctionDef": "A nested function",
    "Lambda": "A lambda",
}
_NAMES = (
    *_KINDS,
    *(
        "AsyncFor",
        "AsyncWith",
        "Await",
        "DictComp",
        "For",
        "GeneratorExp",
        "If",
        "IfExp",
        "ListComp",
        "Match",
    ),
    *("Raise", "SetComp", "Try", "TryStar", "While", "With", "Yield", "YieldFrom"),
)
_UNSUPPORTED = tuple(getattr(ast, name) for name in _NAMES if hasattr(ast, name))
