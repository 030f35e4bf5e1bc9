"""Prints the texts around a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Protocol

from nemo_run_adapters.console.json_lines import json_line
from nemo_run_adapters.console.output import Output
from nemo_run_adapters.console.style import CYAN, TITLE, styled
from nemo_run_adapters.console.texts import StatusRow, render_entering, render_goodbye, render_status_block


class Printer(Protocol):
    """Tells what the facade has to tell, in the way that suits the reader."""

    def entering(self, title: str, experiment_id: str) -> None:
        """Say which experiment begins."""
        ...

    def status(self, experiment_id: str, rows: Sequence[StatusRow]) -> None:
        """Show how every job is doing."""
        ...

    def goodbye(
        self, experiment_id: str, job_ids: Sequence[str], python_template: str, bash_template: str
    ) -> None:
        """Say how to come back."""
        ...

    def line(self, text: str) -> None:
        """Say one more thing."""
        ...


@dataclass(slots=True)
class TextPrinter:
    """Prints for people; nothing is ever cut at the width of the terminal.

    Attributes:
        output: Where to.
    """

    output: Output = field(default_factory=Output)

    def entering(self, title: str, experiment_id: str) -> None:
        """Print one line."""
        self.output.write(
            styled(render_entering(title, experiment_id), TITLE, color=self.output.color) + "\n"
        )

    def status(self, experiment_id: str, rows: Sequence[StatusRow]) -> None:
        """Print the status block."""
        self.output.write(render_status_block(experiment_id, rows, color=self.output.color))

    def goodbye(
        self, experiment_id: str, job_ids: Sequence[str], python_template: str, bash_template: str
    ) -> None:
        """Print both snippets; in the colours of ``NEMO_RUN_CODE_THEME`` where it is set."""
        python = render_goodbye(experiment_id, job_ids, python_template, "")
        bash = render_goodbye(experiment_id, job_ids, "", bash_template)
        self.output.write(self._code(python, "python") + self._code(bash, "bash"))

    def line(self, text: str) -> None:
        """Print it as it is."""
        self.output.write(f"{text}\n")

    def _code(self, code: str, language: str) -> str:
        theme = self.output.environ.get("NEMO_RUN_CODE_THEME")
        if not code or not self.output.color:
            return code
        if not theme:
            return "".join(styled(line, CYAN, color=True) + "\n" for line in code.splitlines())
        from nemo_run_adapters.console.table import highlight  # loads rich

        return highlight(code.rstrip("\n"), language, theme)


@dataclass(slots=True)
class JsonPrinter:
    """Keeps standard output readable for programs; see ``json_lines`` for the objects.

    Attributes:
        output: Where to.
        now: Seconds since the epoch.
    """

    output: Output = field(default_factory=Output)
    now: Callable[[], float] = time.time

    def entering(self, title: str, experiment_id: str) -> None:
        """Write one object."""
        self.output.write(json_line("entering", experiment_id, self.now(), {"title": title}))

    def status(self, experiment_id: str, rows: Sequence[StatusRow]) -> None:
        """Write one object per job."""
        for index, row in enumerate(rows):
            data = {"index": index, **asdict(row)}
            self.output.write(json_line("status", experiment_id, self.now(), data))

    def goodbye(
        self, experiment_id: str, job_ids: Sequence[str], python_template: str, bash_template: str
    ) -> None:
        """Programs need no advice."""

    def line(self, text: str) -> None:
        """Write it as a notice."""
        self.output.write(json_line("notice", "", self.now(), {"text": text, "level": "info"}))


@dataclass(slots=True)
class SilentPrinter:
    """Prints nothing."""

    def entering(self, title: str, experiment_id: str) -> None:
        """Stay quiet."""

    def status(self, experiment_id: str, rows: Sequence[StatusRow]) -> None:
        """Stay quiet."""

    def goodbye(
        self, experiment_id: str, job_ids: Sequence[str], python_template: str, bash_template: str
    ) -> None:
        """Stay quiet."""

    def line(self, text: str) -> None:
        """Stay quiet."""
