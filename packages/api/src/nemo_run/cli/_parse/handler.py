"""What happens to errors on their way out."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

from nemo_run.cli._parse.errors import CLIException

_F = TypeVar("_F", bound=Callable[..., Any])

logger = logging.getLogger("nemo_run.cli.cli_parser")
logger.addHandler(logging.NullHandler())  # who calls shows the error; without this Python would, too


def cli_exception_handler(func: _F) -> _F:
    """Log errors of a function, and turn those that are no ``CLIException`` into one with a cause."""

    @functools.wraps(func)
    def handled(*args: Any, **kwargs: Any) -> Any:
        try:
            return func(*args, **kwargs)
        except CLIException as error:
            logger.error(error.user_friendly_message())
            raise
        except Exception as error:
            logger.error("Unexpected error: %s", error)
            text = f"An unexpected error occurred: {type(error).__name__}: {error}"
            raise CLIException(text, "", {}) from error

    return cast(_F, handled)
