"""The programs ``nemorun`` and ``nemo``; also ``python -m nemo_run``."""

from __future__ import annotations

import io
import os
import sys
import warnings
from typing import Any


def main() -> None:
    """Run the command line; always ends with ``SystemExit``.

    Exit codes: 0 done, 1 an error or jobs that did not succeed, 2 wrong usage, 124 time over,
    130 Ctrl-C, 141 nobody reads the output any more.
    """
    _quieten()
    try:
        from nemo_run.cli._app import create_cli

        create_cli()(prog_name=_program())
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        from nemo_run.cli import _ending

        sys.exit(_ending.cannot_write(error))


def _quieten() -> None:
    """Keep warnings of other libraries, and characters a terminal cannot show, from spoiling a command."""
    if "NEMORUN_SHOW_WARNINGS" not in os.environ:
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        warnings.filterwarnings("ignore", category=FutureWarning)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _program() -> str:
    name = os.path.basename(sys.argv[0])
    return "nemorun" if name in ("__main__.py", "api.py", "") else name  # of python -m nemo_run[.cli.api]


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from nemo_run.cli._app import create_cli

    app = globals()["app"] = create_cli()
    return app


if __name__ == "__main__":
    main()
