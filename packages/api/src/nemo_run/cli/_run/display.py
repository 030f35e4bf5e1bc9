"""Showing what is going to run: in colour on a terminal, as plain lines otherwise."""

from __future__ import annotations

import sys
from typing import Any

from nemo_run.cli import _show
from nemo_run.cli._run.tree import Node, lines_of, node_of
from nemo_run.cli._run.view import ContextView, leaves_this_process


def show_plan(context: ContextView, task: Any) -> None:
    """Print the task, where it runs, and its plugins."""
    _write([Node("Task", (_task_node(task),)), *_places(context)])


def show_dry_run(context: ContextView, task: Any) -> None:
    """Print the arguments of the task, where it would run, and its plugins."""
    from nemo_run.run.task import dryrun_fn

    _show.write(f"Dry run for {context.name}:")
    dryrun_fn(task)
    _write(_places(context))


def show_lazy(context: ContextView, mapping: dict[str, Any]) -> None:
    """Print what is recorded of a task that is not imported here."""
    target = str(mapping.get("_target_", ""))
    rest = {name: value for name, value in mapping.items() if name != "_target_"}
    parts = tuple(node_of(name, value) for name, value in rest.items())
    _write([Node("Task", (Node(target, parts),)), *_places(context)])


def _task_node(task: Any) -> Node:
    node = node_of("", task)
    target = task.__fn_or_cls__
    return Node(f"{getattr(target, '__module__', '')}:{node.text}", node.parts)


def _places(context: ContextView) -> list[Node]:
    if context.executor is None:
        place = Node("this process")
    elif leaves_this_process(context):
        place = node_of("", context.executor)
    else:
        place = Node("this process, directly", (node_of("", context.executor),))
    plugins = tuple(node_of("", plugin) for plugin in context.plugins)
    return [Node("Executor", (place,)), *([Node("Plugins", plugins)] if plugins else [])]


def _write(nodes: list[Node]) -> None:
    if sys.stdout is not None and sys.stdout.isatty():  # pyright: ignore[reportUnnecessaryComparison]
        _write_rich(nodes)
        return
    for node in nodes:
        _show.write("\n".join(lines_of(node)))
    _show.flush()


def _write_rich(nodes: list[Node]) -> None:
    from rich.console import Console
    from rich.tree import Tree

    console = Console()
    for node in nodes:
        tree = Tree(_styled(node.text, "bold"))
        _plant(tree, node)
        console.print(tree)


def _plant(tree: Any, node: Node) -> None:
    for part in node.parts:
        _plant(tree.add(_styled(part.text)), part)


def _styled(text: str, style: str = "") -> Any:
    from rich.text import Text

    name, sign, value = text.partition(" = ")
    if sign:
        return Text.assemble((name, "cyan"), " = ", value)
    return Text(text, style=style)
