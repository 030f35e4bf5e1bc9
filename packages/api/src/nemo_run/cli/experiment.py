"""``nemorun experiment``: ask about saved experiments and act on them.

Only ``export`` and ``resume`` import what the tasks name; all others read files and ask backends.
With ``--json`` each prints one JSON value on one line:

===========  ==========================================================================
``list``     list of ids, oldest first; without a title, of titles
``status``   object of job id -> ``name``, ``status``, ``executor``, ``job_id``, ``handle``,
             ``local_dir``, ``exit_code``, ``reason``, ``message``; more may be added
``wait``     as ``status``
``resume``   as ``status``; what happens meanwhile is told on standard error
``logs``     one object per line of output: ``job``, ``role``, ``replica``, ``line``
``cancel``   ``experiment``, and lists of job ids: ``cancelled``, ``ended_before``
``results``  object of job id -> ``state``, ``exit_code``, ``signal``, ``reason``, ``message``,
             ``started_at``, ``ended_at``, ``elapsed``, ``restarts``, ``log_tail``, ``value``,
             ``exception``
``export``   list of paths
===========  ==========================================================================
"""

from __future__ import annotations

import contextlib
import sys
from typing import Annotated

import typer

from nemo_run.cli import _ending, _lookup, _show
from nemo_run.cli._options import AsJson, BaseDir, ExperimentName, JobName, wants_json
from nemo_run.cli._quick import QuickCommand, QuickGroup
from nemo_run.exceptions import WaitTimeoutError


def create() -> typer.Typer:
    """Return the group of commands."""
    app = typer.Typer(
        cls=QuickGroup,
        help="[Module] Manage Experiments",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for command in (list, status, logs, cancel, wait, results, export, resume):
        app.command(command.__name__, cls=QuickCommand)(_ending.as_command(command))
    return app


def list(
    experiment_title: Annotated[
        str, typer.Argument(metavar="TITLE", help="Of the runs; without it, all titles are listed.")
    ] = "",
    base_dir: BaseDir = None,
    as_json: AsJson = False,
) -> None:
    """List the runs of a title, oldest first, or all titles."""
    found = _lookup.catalog(experiment_title, base_dir)
    if wants_json(as_json):
        _show.write_json(found)
        return
    what = f"Experiments with title {experiment_title!r}" if experiment_title else "Titles of experiments"
    _show.write(f"{what}:\n{found}" if found else f"{what}: none")


def status(experiment_id: ExperimentName, base_dir: BaseDir = None, as_json: AsJson = False) -> None:
    """Show how every job is doing."""
    quiet = wants_json(as_json)
    experiment = _lookup.open_experiment(experiment_id, base_dir, quiet=quiet)
    from nemo_run.cli import _states

    _states.show(experiment, _states.ask(experiment), as_json=quiet)


def logs(
    experiment_id: ExperimentName,
    job_idx: JobName = "0",
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on printing until the job ends.")
    ] = False,
    regex: Annotated[
        str | None,
        typer.Option(
            "--regex", metavar="PATTERN", help="Only lines in which this regular expression is found."
        ),
    ] = None,
    base_dir: BaseDir = None,
    as_json: AsJson = False,
) -> None:
    """Print the output of a job.

    Each line begins with the task and the number of its copy. With --follow, a job that another program
    is about to launch is waited for.
    """
    experiment = _lookup.open_experiment(experiment_id, base_dir, quiet=True)
    job = _lookup.find_job(experiment, job_idx)
    from nemo_run.run import _managing, logs  # they load what --help does not need

    as_objects = wants_json(as_json)
    on_line = (
        _show.log_objects(job.id, flush=follow) if as_objects else logs.printer_to(sys.stdout, flush=follow)
    )
    _managing.read_logs(experiment, job, on_line, regex=regex, follow=follow)


def cancel(
    experiment_id: ExperimentName,
    job_idx: JobName = "0",
    all: Annotated[
        bool, typer.Option("--all/--no-all", show_default=False, help="Every job, whatever JOB says.")
    ] = False,
    dependencies: Annotated[
        bool, typer.Option("--dependencies", "-d", help="Also the jobs that it depends on directly.")
    ] = False,
    base_dir: BaseDir = None,
    as_json: AsJson = False,
) -> None:
    """Ask a job, or all of them, to end."""
    quiet = wants_json(as_json)
    experiment = _lookup.open_experiment(experiment_id, base_dir, quiet=quiet)
    job = None if all else _lookup.find_job(experiment, job_idx)
    wanted = {job.id, *(job.dependencies if dependencies else ())} if job else {j.id for j in experiment.jobs}
    from nemo_run.cli import _states

    _states.cancel(experiment, wanted, as_json=quiet)


def wait(
    experiment_id: ExperimentName,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", min=0.0, help="Give up then, with exit code 124."),
    ] = None,
    base_dir: BaseDir = None,
    as_json: AsJson = False,
) -> int:
    """Wait until all jobs have ended.

    Exit code 0: all succeeded; 1: some did not; 124: the time was over. A chain that another program
    launches job by job is waited for to its end.
    """
    quiet = wants_json(as_json)
    experiment = _lookup.open_experiment(experiment_id, base_dir, quiet=quiet)
    from nemo_run.cli import _states

    with contextlib.suppress(WaitTimeoutError):
        experiment.wait(timeout)
    rows = _states.ask(experiment)
    _states.show(experiment, rows, as_json=quiet)
    if late := _states.unfinished(experiment, rows):
        raise WaitTimeoutError(f"after {timeout} s these jobs of {experiment.id} go on: {', '.join(late)}")
    return _ending.OK if _states.all_succeeded(rows) else _ending.FAILED


def results(experiment_id: ExperimentName, base_dir: BaseDir = None, as_json: AsJson = False) -> None:
    """Show how each job ended, its value and its last lines.

    Nothing that values name is imported; a text stands for those that would need it.
    """
    experiment = _lookup.open_experiment(experiment_id, base_dir, quiet=True)
    from nemo_run.cli import _results

    outcomes = _results.collect(experiment)
    if wants_json(as_json):
        _show.write_json({job_id: _results.to_data(outcome) for job_id, outcome in outcomes.items()})
    else:
        _show.write(_results.render(outcomes))


def export(
    experiment_id: ExperimentName,
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Created where it is missing.")],
    base_dir: BaseDir = None,
    as_json: AsJson = False,
) -> None:
    """Write all commands as scripts to run by hand.

    Imports what the tasks name; launches nothing.
    """
    quiet = wants_json(as_json)
    paths = _lookup.open_experiment(experiment_id, base_dir, quiet=quiet).export(folder)
    if quiet:
        _show.write_json(paths)


def resume(experiment_id: ExperimentName, base_dir: BaseDir = None, as_json: AsJson = False) -> int:
    """Run again what did not succeed, and wait.

    Imports what the tasks name. Fails unless all jobs succeeded in the end.
    """
    quiet = wants_json(as_json)
    experiment = _lookup.open_experiment(experiment_id, base_dir)
    from nemo_run.cli import _states

    with contextlib.redirect_stdout(sys.stderr) if quiet else contextlib.nullcontext():
        _states.run_again(experiment)
    rows = _states.ask(experiment)
    if quiet:
        _states.show(experiment, rows, as_json=True)
    return _ending.OK if _states.all_succeeded(rows) else _ending.FAILED
