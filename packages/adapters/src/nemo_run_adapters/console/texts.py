"""Texts around a run. Tools parse them: the wording is contract."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from nemo_run_adapters.console.style import LABEL, NAME, one_line, styled

GOODBYE_PYTHON = (
    'experiment = run.Experiment.from_id("{exp_id}"); experiment.status()'
    '  # or experiment.logs("{tasks[0]}"), experiment.cancel("{tasks[0]}"); tasks: {tasks}'
)
GOODBYE_BASH = """\
nemo experiment status {exp_id}
nemo experiment logs {exp_id} 0
nemo experiment cancel {exp_id} 0"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    """One job in the status block.

    Attributes:
        job: Its id.
        state: Name of its state.
        executor: What ``executor.info()`` says.
        job_id: The backend's id; empty while it was never launched.
        local_dir: Job folder on this machine.
        remote_dir: Job folder on the cluster, where there is one.
    """

    job: str
    state: str
    executor: str
    job_id: str = ""
    local_dir: str = ""
    remote_dir: str = ""


def render_entering(title: str, experiment_id: str) -> str:
    """Return the line that opens an experiment, without line end."""
    return f"Entering Experiment {one_line(title)} with id: {one_line(experiment_id)}"


def render_status_block(experiment_id: str, rows: Sequence[StatusRow], *, color: bool = False) -> str:
    """Return the status of every job, a blank line before the first and behind each."""
    title = styled(f"Experiment Status for {experiment_id}", NAME, color=color)
    blocks = [_block(index, row, color) for index, row in enumerate(rows)]
    return "\n".join(["", title, "", *blocks, ""])


def _block(index: int, row: StatusRow, color: bool) -> str:
    lines = [f"{styled(f'Task {index}', LABEL, color=color)}: {styled(row.job, NAME, color=color)}"]
    fields = {
        "Status": row.state,
        "Executor": row.executor,
        "Job id": row.job_id,
        "Local Directory": row.local_dir,
    }
    if row.remote_dir:
        fields["Remote Directory"] = row.remote_dir
    lines += [f"- {styled(name, LABEL, color=color)}: {value}" for name, value in fields.items()]
    return "\n".join(lines) + "\n"


def render_goodbye(
    experiment_id: str,
    job_ids: Sequence[str],
    python_template: str = GOODBYE_PYTHON,
    bash_template: str = GOODBYE_BASH,
) -> str:
    """Return how to come back to an experiment, from Python and from a shell; ids are whole.

    Args:
        experiment_id: Of the experiment.
        job_ids: In order; nothing is returned when there are none.
        python_template: For ``str.format`` with ``exp_id`` and ``tasks``, a list of ids.
        bash_template: The same; ``exp_id`` is quoted for a shell where it has to be.
    """
    if not job_ids:
        return ""
    quoted = experiment_id.replace("\\", "\\\\").replace('"', '\\"')
    python = _fill(python_template, quoted, job_ids)
    bash = _fill(bash_template, shlex.quote(experiment_id), job_ids)
    return "".join(f"{part}\n" for part in (python, bash) if part)


def _fill(template: str, exp_id: str, tasks: Sequence[str]) -> str:
    try:
        text = template.format(exp_id=exp_id, tasks=list(tasks))
    except (LookupError, ValueError, AttributeError):
        text = template  # a template of the user must not spoil the end of a run
    return text.strip("\n")
