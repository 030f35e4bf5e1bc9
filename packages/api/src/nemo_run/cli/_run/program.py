"""An application as a whole program: ``run.cli.main`` in a script."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer

from nemo_run.cli import _ending
from nemo_run.cli._typer_errors import ClickError


def run_app(app: Any, words: list[str] | None = None) -> None:
    """Run an application on ``sys.argv``, or on words; returns if all went well.

    Raises:
        SystemExit: With the exit code of what did not go well.
    """
    code = _code_of(app, words)
    if code:
        sys.exit(code)


def _code_of(app: Any, words: list[str] | None) -> int:
    try:
        code = app(words, prog_name=program_name(), standalone_mode=False)
    except ClickError as error:
        error.show()
        return int(error.exit_code)
    except typer.Abort:
        typer.echo("Aborted!", err=True)
        return _ending.FAILED
    except KeyboardInterrupt as error:
        return getattr(error, "code", None) or _ending.INTERRUPTED
    except typer.Exit as error:
        return int(error.exit_code)
    except OSError as error:
        return _ending.cannot_write(error)
    return code if isinstance(code, int) else _ending.OK


def program_name() -> str:
    """Return what people call this program: the name of the script."""
    name = os.path.basename(sys.argv[0]) if sys.argv else ""
    return "nemorun" if name in ("__main__.py", "") else name
