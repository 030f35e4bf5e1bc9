"""Reporter for clean mode: what the tasks print and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

from nemo_run_adapters.console.output import Output
from nemo_run_adapters.console.prefixes import Prefixes
from nemo_run_application.events import Event, LogLine


@dataclass(slots=True)
class SilentReporter:
    """Prints task output with its prefix.

    Attributes:
        output: Where to.
    """

    output: Output = field(default_factory=Output)
    _prefixes: Prefixes = field(default_factory=Prefixes)

    def emit(self, event: Event) -> None:
        if isinstance(event, LogLine):
            self.output.write(self._prefixes.render(event, color=self.output.color))

    def close(self) -> None:
        """Nothing is ever held back."""
