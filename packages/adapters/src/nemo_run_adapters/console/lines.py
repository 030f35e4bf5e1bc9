"""One line for each thing that happens."""

from __future__ import annotations

import time

from nemo_run_adapters.console.board import Board, Row, describe, render_duration
from nemo_run_adapters.console.style import BOLD, CYAN, DIM, RED, YELLOW, one_line, state_color, styled
from nemo_run_application.events import JobSubmitted, Notice

_LEVELS = {"warning": YELLOW, "error": RED, "critical": RED}

TABLE_HEAD = ("job", "state", "elapsed", "exit code", "executor", "")


def stamped(text: str, now: float, *, color: bool) -> str:
    """Return a line that begins with the local time."""
    clock = time.strftime("[%H:%M:%S]", time.localtime(now))
    return f"{styled(clock, DIM, color=color)} {text}\n"


def render_launch(board: Board, *, color: bool) -> str:
    """Say what begins."""
    rows = list(board.rows.values())
    if len(rows) == 1:
        place = f" on {rows[0].place}" if rows[0].place else ""
        text = f"Launching job {one_line(rows[0].job)}{place}"
    else:
        text = f"Launching {len(rows)} jobs for experiment {one_line(board.experiment_id)}"
    return styled(text, CYAN, color=color)


def render_submitted(event: JobSubmitted) -> str:
    """Say that a backend accepted a job."""
    handles = f" as {', '.join(map(one_line, event.handles))}" if event.handles else ""
    return f"{one_line(event.job)}: SUBMITTED{handles}"


def render_state(row: Row, now: float, *, color: bool) -> str:
    """Say how a job is doing: state, and at the end how long it took and why it ended so."""
    text = f"{one_line(row.job)}: {styled(row.label, state_color(row.status.state), color=color)}"
    if row.status.is_final and (took := render_duration(row.elapsed(now))):
        text += f" after {took}"
    if row.status.exit_code == 0:
        text += ", exit code 0"
    why = describe(row.status)
    return f"{text}, {why}" if why else text


def render_notice(notice: Notice, *, color: bool) -> str:
    """Show a notice; what is more than information says so."""
    text = one_line(notice.text)
    code = _LEVELS.get(notice.level)
    return text if code is None else styled(f"{notice.level}: {text}", code, color=color)


def render_summary(board: Board, *, color: bool) -> str:
    """Name the jobs that did not succeed, or return nothing."""
    rows = board.unsuccessful()
    if not rows:
        return ""
    named = ", ".join(f"{one_line(row.job)} ({_why(row)})" for row in rows)
    jobs = "job" if len(board.rows) == 1 else "jobs"
    return (
        styled(f"{len(rows)} of {len(board.rows)} {jobs} did not succeed: {named}", RED, color=color) + "\n"
    )


def _why(row: Row) -> str:
    why = describe(row.status)
    return f"{row.label}: {why}" if why else row.label


def render_detaching(board: Board) -> str:
    """Say that the jobs go on without us."""
    return f"Detaching from Experiment {one_line(board.experiment_id)}."


def render_plain_table(board: Board, now: float, *, color: bool) -> str:
    """Return every job in aligned columns, below a title."""
    cells = [TABLE_HEAD, *(table_cells(row, now) for row in board.rows.values())]
    widths = [max(len(cell[i]) for cell in cells) for i in range(len(TABLE_HEAD))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(cell, widths, strict=True)) for cell in cells]
    title = styled(f"Experiment Status for {one_line(board.experiment_id)}", BOLD, color=color)
    return "\n".join([title, *(line.rstrip() for line in lines)]) + "\n"


def table_cells(row: Row, now: float) -> tuple[str, str, str, str, str, str]:
    """Return the texts of a table row; the last one explains the state."""
    code = "" if row.status.exit_code is None else str(row.status.exit_code)
    detail = describe(row.status, exit_code=False)
    return one_line(row.job), row.label, render_duration(row.elapsed(now)), code, row.place, detail
