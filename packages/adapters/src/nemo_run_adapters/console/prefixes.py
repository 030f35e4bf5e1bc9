"""What stands before the lines of a task."""

from __future__ import annotations

from dataclasses import dataclass, field

from nemo_run_adapters.console.style import JOB_COLORS, styled
from nemo_run_application.events import LogLine
from nemo_run_domain.logs import line_prefix, prefixed


@dataclass(slots=True)
class Prefixes:
    """Puts ``<end of role>/<replica>`` before task output, each job in a colour of its own."""

    _colors: dict[str, str] = field(default_factory=dict[str, str])
    _marks: dict[tuple[str, str, int, bool], str] = field(
        default_factory=dict[tuple[str, str, int, bool], str]
    )

    def render(self, event: LogLine, *, color: bool) -> str:
        """Return the text to print, line end included; the task's own bytes are left alone."""
        key = (event.job, event.role, event.replica, color)
        mark = self._marks.get(key) or self._new_mark(key)
        text = prefixed(event.line, mark)
        return text if text.endswith("\n") else f"{text}\n"

    def color_of(self, job: str) -> str:
        """Return the colour of a job: the next free one when it is new."""
        return self._colors.setdefault(job, JOB_COLORS[len(self._colors) % len(JOB_COLORS)])

    def _new_mark(self, key: tuple[str, str, int, bool]) -> str:
        job, role, replica, color = key
        mark = styled(line_prefix(role, replica), self.color_of(job), color=color)
        self._marks[key] = mark
        return mark
