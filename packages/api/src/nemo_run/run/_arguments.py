"""The arguments of a configured function, for people."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

from nemo_run._plain_repr import masked_repr, plain_repr

_UNSET = "<unset>"
_CONTEXT = "ctx"
_REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_NAME_WIDTH, _VALUE_WIDTH = 20, 60


def render_arguments(configured: Any, executor: Any = None) -> str:
    """Return a table with every parameter and its value, defaults included."""
    rows = _rows(configured)
    width = max([_NAME_WIDTH, *(len(n) for n, _ in rows)])
    lines = [
        _title(configured),
        "Resolved Arguments",
        f"  {'Argument Name':<{width}}  Resolved Value",
        *(f"  {n:<{width}}  {value}" for n, value in rows),
    ]
    if executor is not None:
        lines += ["Executor", f"  {plain_repr(executor)}"]
    return "\n".join(lines) + "\n"


def print_arguments(configured: Any, executor: Any = None) -> None:
    """Show the same as ``render_arguments`` on a terminal."""
    from rich.text import Text

    from nemo_run.core.frontend.console.api import CONSOLE

    CONSOLE.print(Text(_title(configured), "bold"), soft_wrap=True)
    CONSOLE.print(Text("Resolved Arguments", "bold cyan"))
    CONSOLE.print(_table({"Argument Name": _NAME_WIDTH, "Resolved Value": _VALUE_WIDTH}, _rows(configured)))
    if executor is not None:
        CONSOLE.print(Text("Executor", "bold cyan"))
        CONSOLE.print(_table({"": _NAME_WIDTH + _VALUE_WIDTH}, [(plain_repr(executor),)]))


def _table(columns: dict[str, int], rows: list[Any]) -> Any:
    from rich.table import Table
    from rich.text import Text

    from nemo_run.core.frontend.console.styles import BOX_STYLE, TABLE_STYLES

    table = Table(box=BOX_STYLE, show_header=any(columns), **TABLE_STYLES)
    for header, width in columns.items():
        table.add_column(header, width=width, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # values are no markup
    return table


def _title(configured: Any) -> str:
    function = configured.__fn_or_cls__
    name = getattr(function, "__name__", None) or plain_repr(function)
    return f"Dry run for task {getattr(function, '__module__', '')}:{name}"


def _rows(configured: Any) -> list[tuple[str, str]]:
    parameters = list(configured.__signature_info__.parameters.values())
    rows = {p.name: _default(configured.__fn_or_cls__, p) for p in parameters if p.kind not in _REST}
    if rows.get(_CONTEXT) == _UNSET:  # experiments get it when they are called
        del rows[_CONTEXT]
    for key, value in configured.__arguments__.items():
        name = _name(key, parameters)
        rows[name] = masked_repr(value, name)
    return sorted(rows.items())


def _name(key: str | int, parameters: list[inspect.Parameter]) -> str:
    """Return the name of an argument; one given by position has that of its parameter."""
    if isinstance(key, str):
        return key
    for place, parameter in enumerate(parameters[: key + 1]):
        if parameter.kind is parameter.VAR_POSITIONAL:
            return f"*{parameter.name}[{key - place}]"
    return parameters[key].name


def _default(target: Any, parameter: inspect.Parameter) -> str:
    if parameter.default is parameter.empty:
        return _UNSET
    if dataclasses.is_dataclass(target):
        spec = next((f for f in dataclasses.fields(target) if f.name == parameter.name), None)
        if spec is not None and spec.default_factory is not dataclasses.MISSING:
            return masked_repr(spec.default_factory(), parameter.name)
    return masked_repr(parameter.default, parameter.name)
