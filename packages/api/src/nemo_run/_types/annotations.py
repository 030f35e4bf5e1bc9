"""Annotations as objects, however they were written down."""

from __future__ import annotations

import functools
import inspect
import sys
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ForwardRef, Literal, Union, get_args, get_origin

from nemo_run._types import late_imports


@dataclass(frozen=True)
class Unresolved:
    """An annotation stored as text that nobody can evaluate.

    Attributes:
        text: The annotation as it was written.
    """

    text: str

    def __str__(self) -> str:
        return self.text


def evaluate(target: Any, name: str, annotation: Any, *, late: bool = True) -> Any:
    """Return an annotation of ``target`` as an object.

    Args:
        target: The callable that has the annotation.
        name: Of its parameter, or ``return``.
        annotation: An object, a text, or an object with texts inside.
        late: Import what its module imports for type checkers only.
    """
    if annotation is None:
        return type(None)
    if not _holds_text(annotation):
        return annotation
    for namespace in _namespaces(target, name):
        try:
            return _evaluated(annotation, namespace, late)
        except Exception:  # noqa: BLE001 - an annotation may be any code
            continue
    return Unresolved(annotation if isinstance(annotation, str) else str(annotation))


def _holds_text(annotation: Any) -> bool:
    if isinstance(annotation, (str, ForwardRef)):
        return True
    if isinstance(annotation, list):  # the parameters of a Callable
        return any(map(_holds_text, annotation))
    if get_origin(annotation) is Literal:
        return False
    if hasattr(annotation, "__metadata__"):
        return _holds_text(annotation.__origin__)
    return any(map(_holds_text, get_args(annotation)))


def _evaluated(annotation: Any, namespace: dict[str, Any], late: bool) -> Any:
    """Evaluate in a namespace; names it lacks are looked up among imports for type checkers."""
    found: dict[str, Any] = {}  # never the namespace itself: typing would remember the outcome
    while True:
        try:
            holder = types.SimpleNamespace(__annotations__={"it": _with_references(annotation)})
            hints = typing.get_type_hints(holder, globalns=namespace, localns=found, include_extras=True)
        except NameError as error:
            name = getattr(error, "name", None)
            if not late or not name or name in found:
                raise
            found[name] = late_imports.find(namespace, name)
        else:
            if not _holds_text(hints["it"]):
                return hints["it"]
            if hints["it"] == annotation:
                raise TypeError(f"{annotation} holds text")
            annotation = hints["it"]  # Python 3.10 leaves the text in list["Net"]


def _with_references(annotation: Any) -> Any:
    """Return an annotation whose texts inside ``list[...]`` are such that ``typing`` evaluates them."""
    if not hasattr(annotation, "__args__") or not _holds_text(annotation):
        return annotation
    if hasattr(annotation, "__metadata__"):
        return Annotated[(_with_references(annotation.__origin__), *annotation.__metadata__)]
    args = tuple(map(_with_references, annotation.__args__))
    if isinstance(annotation, types.GenericAlias):
        origin: Any = annotation.__origin__
        return types.GenericAlias(
            origin, tuple(ForwardRef(arg) if isinstance(arg, str) else arg for arg in args)
        )
    return annotation.copy_with(args) if hasattr(annotation, "copy_with") else Union[args]  # noqa: UP007


def _namespaces(target: Any, name: str) -> Iterator[dict[str, Any]]:
    """Yield the globals in which an annotation of ``target`` may have been written, likely ones first."""
    target = get_origin(target) or target
    while isinstance(target, functools.partial):
        target = target.func
    if not isinstance(target, type):
        function = target if hasattr(target, "__globals__") else getattr(target, "__func__", None)
        yield from _function_namespaces(function or vars(type(target)).get("__call__", target))
        return
    maker = _maker(target)
    if not _is_generated(target):
        yield from _function_namespaces(maker)
    owners = [cls for cls in target.__mro__ if name in vars(cls).get("__annotations__", {})]
    for cls in [*owners, target]:
        if cls.__module__ in sys.modules:
            yield {**vars(sys.modules[cls.__module__]), **vars(cls), cls.__name__: cls}
    yield from _function_namespaces(maker)


def _function_namespaces(function: Any) -> Iterator[dict[str, Any]]:
    function = inspect.unwrap(function)
    namespace = getattr(function, "__globals__", None)
    if namespace is None:
        return
    yield {**namespace, **_local_names(function)}


def _local_names(function: Any) -> dict[str, Any]:
    """Return what a function knows besides globals: type parameters and variables of its surroundings."""
    names = {parameter.__name__: parameter for parameter in getattr(function, "__type_params__", ())}
    cells = getattr(function, "__closure__", None) or ()
    for name, cell in zip(function.__code__.co_freevars, cells, strict=False):
        try:
            names[name] = cell.cell_contents
        except ValueError:  # not filled yet
            continue
    return names


def _maker(cls: type) -> Any:
    """Return the function whose parameters are those of a class."""
    for base in cls.__mro__:
        for name in ("__init__", "__new__"):
            if name in vars(base) and base is not object:
                return getattr(base, name)
    return None


def _is_generated(cls: type) -> bool:
    """Whether ``__init__`` was made from fields, which may come from classes of other modules."""
    owner = next((base for base in cls.__mro__ if "__init__" in vars(base)), object)
    parameters = vars(owner).get("__dataclass_params__")
    return parameters is not None and parameters.init
