"""Which reporter and which printer suit the stream and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from nemo_run_adapters.console.json_lines import JsonReporter
from nemo_run_adapters.console.output import Output
from nemo_run_adapters.console.plain import PlainReporter
from nemo_run_adapters.console.printer import JsonPrinter, Printer, SilentPrinter, TextPrinter
from nemo_run_adapters.console.rich_reporter import RichReporter
from nemo_run_adapters.console.silent import SilentReporter
from nemo_run_application.ports.reporter import Reporter
from nemo_run_domain.errors import InvalidConfigError

VARIABLE = "NEMORUN_OUTPUT"
_STYLES = ("rich", "plain", "json")


def choose_reporter(
    stream: Any = None,
    environ: Mapping[str, str] = os.environ,
    clean: bool = False,
    *,
    final_table: bool = True,
) -> Reporter:
    """Return a reporter for ``stream``.

    Args:
        stream: Where to write; None is the ``sys.stdout`` of the moment of each write.
        environ: ``NEMORUN_OUTPUT`` is ``json``, ``plain`` or ``rich``; else the stream decides.
        clean: Show task output only, whatever the environment says.
        final_table: Whether a run of several jobs ends with a table.

    Raises:
        InvalidConfigError: ``NEMORUN_OUTPUT`` is something else.
    """
    output = Output(stream, environ)
    if clean:
        return SilentReporter(output)
    style = _style(output)
    if style == "json":
        return JsonReporter(output)
    return (RichReporter if style == "rich" else PlainReporter)(output, final_table)


def choose_printer(
    stream: Any = None, environ: Mapping[str, str] = os.environ, clean: bool = False
) -> Printer:
    """Return the printer that goes with the reporter chosen from the same arguments."""
    output = Output(stream, environ)
    if clean:
        return SilentPrinter()
    return JsonPrinter(output) if _style(output) == "json" else TextPrinter(output)


def _style(output: Output) -> str:
    style = output.environ.get(VARIABLE, "").strip().lower()
    if style in _STYLES:
        return style
    if style:
        raise InvalidConfigError(f"{VARIABLE} is {style!r}; it may be {', '.join(_STYLES)} or empty")
    return "rich" if output.terminal else "plain"
