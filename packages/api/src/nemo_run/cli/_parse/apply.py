"""Words of a command line applied to a function or a configuration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import fiddle as fdl

from nemo_run._config.buildables import Config, Partial
from nemo_run.cli._parse.assign import assign_words
from nemo_run.cli._parse.errors import ArgumentParsingError
from nemo_run.cli._parse.handler import cli_exception_handler
from nemo_run.cli._parse.texts import from_text


@cli_exception_handler
def parse_cli_args(fn: Any, args: Sequence[str], output_type: Any = Partial) -> Any:
    """Apply words to a function, from left to right.

    Args:
        fn: A callable; or a configuration or a list of them, which is changed in place.
        args: ``key=value`` words; before them, values for parameters in order.
        output_type: ``Partial`` or ``Config`` of the callable; any other object is changed by
            attribute instead.

    Raises:
        CLIException: A word cannot be used.

    Returns:
        What was changed.
    """
    words = [args] if isinstance(args, str) else list(args)
    for word in words:
        if not isinstance(word, str):
            raise ArgumentParsingError(f"Expected text, got {type(word).__name__}", str(word), {})
    return apply_words(_root(fn, output_type), words, create=False)


def apply_words(root: Any, words: Sequence[str], *, create: bool) -> Any:
    """Do what words say to ``root``, in place; see ``assign_words`` and ``locate``."""
    return assign_words(root, words, create=create, read=from_text)


def parse_partial(fn: Any, *args: str) -> Any:
    """Return a ``Partial`` of a function with words applied to it."""
    return parse_cli_args(fn, args, Partial)


def parse_config(fn: Any, *args: str) -> Any:
    """Return a ``Config`` of a function with words applied to it."""
    return parse_cli_args(fn, args, Config)


def _root(fn: Any, output_type: Any) -> Any:
    if isinstance(fn, (fdl.Buildable, list, tuple)):
        return fn
    if isinstance(output_type, type) and issubclass(output_type, fdl.Buildable):
        return output_type(fn)
    return output_type
