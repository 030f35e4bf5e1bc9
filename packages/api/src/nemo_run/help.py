"""Help about functions and types. The module itself can be called: ``nemo_run.help(train)``."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from nemo_run._types.describe import class_to_str as class_to_str
from nemo_run._types.namespace import RECURSIVE_TYPES as RECURSIVE_TYPES

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["RECURSIVE_TYPES", "class_to_str", "help", "help_for_callable", "help_for_type"]


def help(
    entity: Any, with_docs: bool = True, console: Console | None = None, namespace: str | None = None
) -> None:
    """Print what can be configured about a function or class, and which factories there are for it.

    Plug-in packages and the workspace file are loaded before, because they register factories.

    Args:
        entity: Function or class; anything else is told to be none.
        with_docs: Also what each factory's docstring says.
        console: Print there; default: standard output, as panels where it is a terminal.
        namespace: Kept for older programs; not used.
    """
    from nemo_run.cli._help.show import discover

    discover(is_main=False)
    if not callable(entity):
        _say(f"{entity!r} is not callable: there is nothing to configure", console)
        return
    _print(entity, with_docs, console, display_executors=True)


def help_for_callable(
    entity: Any,
    with_docs: bool = True,
    namespace: str | None = None,
    display_executors: bool = True,
    console: Console | None = None,
) -> None:
    """Print the factories for a function, its parameters, and the factories for these.

    Args:
        entity: Function or class.
        with_docs: Also what each factory's docstring says.
        namespace: Kept for older programs; not used.
        display_executors: Also the executors that can be named.
        console: Print there instead of on standard output.
    """
    _print(entity, with_docs, console, display_executors=display_executors)


def help_for_type(
    entity: Any,
    console: Console | None = None,
    with_docs: bool = True,
    arg_name: str | None = None,
    title: str | None = None,
) -> None:
    """Print the factories for a type; nothing if there are none.

    Args:
        entity: The type, or any annotation.
        console: Print there; default: standard output.
        with_docs: Also what each factory's docstring says.
        arg_name: The parameter that has this type.
        title: Stands above instead of the type.
    """
    from nemo_run._registry import factories
    from nemo_run.cli._help import sections, show
    from nemo_run.cli._help.model import Page, Section

    name = class_to_str(entity)
    heading = title or (f"Factory for {arg_name}: {name}" if arg_name else f"Factories for {name}")
    rows = sections.factory_rows(factories.candidates(None, "", entity), with_docs=with_docs)
    if rows:
        show.put(Page(sections=(Section(heading, rows),)), console)


def _print(entity: Any, with_docs: bool, console: Console | None, *, display_executors: bool) -> None:
    from nemo_run._types.hints import signature_of
    from nemo_run.cli._help import show

    try:
        signature_of(entity)
    except (TypeError, ValueError):
        _say(f"{class_to_str(entity)} does not tell its parameters", console)
        return
    page = show.page_of(entity, with_docs=with_docs, display_executors=display_executors)
    if any(section.rows for section in page.sections):
        show.put(page, console)
    else:
        _say(f"{class_to_str(entity)} has no parameters, and no factory makes it", console)


def _say(text: str, console: Console | None) -> None:
    from nemo_run.cli._help import show
    from nemo_run.cli._help.model import Page

    show.put(Page(text=text), console)


class _Callable(ModuleType):
    """A module that is also the function ``help``."""

    def __call__(self, entity: Any, *args: Any, **kwargs: Any) -> None:
        """Print help about a function or class; see ``help``."""
        help(entity, *args, **kwargs)

    @property
    def __signature__(self) -> Any:
        """The signature of the function."""
        import inspect

        return inspect.signature(help)

    def __reduce__(self) -> Any:
        """Travel by name, as other modules do."""
        return importlib.import_module, (self.__name__,)


sys.modules[__name__].__class__ = _Callable
