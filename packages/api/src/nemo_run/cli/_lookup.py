"""From the words of a command line to experiments and jobs.

What reads experiments is imported here, at first use, so that ``--help`` loads none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemo_run._suggest import did_you_mean
from nemo_run.exceptions import ExperimentNotFoundError, NotFoundError
from nemo_run_domain.names import title_of

if TYPE_CHECKING:
    from nemo_run.run.experiment import Experiment
    from nemo_run.run.job import Job, JobGroup

_SHOWN = 20


def catalog(title: str, base_dir: str | None) -> list[str]:
    """Return the ids under a title, oldest first; without a title, the titles."""
    from nemo_run.run.experiment import Experiment

    return Experiment.catalog(title, base_dir=base_dir)


def open_experiment(name: str, base_dir: str | None, *, quiet: bool = False) -> Experiment:
    """Return a saved experiment; nothing it names is imported.

    Args:
        name: Its id, or a title: the newest run.
        base_dir: Stands instead of the home folder.
        quiet: Print nothing on its behalf.

    Raises:
        NotFoundError: There is none; says what there is.
    """
    from nemo_run.run.experiment import Experiment

    try:
        found = Experiment.from_id(name, base_dir=base_dir)
    except NotFoundError:
        found = _newest(name, base_dir)
    found.clean_mode = quiet
    return found


def _newest(title: str, base_dir: str | None) -> Experiment:
    from nemo_run.run.experiment import Experiment

    try:
        return Experiment.from_title(title, base_dir=base_dir)
    except NotFoundError:
        if catalog(title, base_dir):
            raise  # there are runs, and the error says what is wrong with them
        raise _missing(title, base_dir) from None


def _missing(name: str, base_dir: str | None) -> ExperimentNotFoundError:
    title = title_of(name)
    ids = catalog(title, base_dir) if title else []
    known = ids or catalog("", base_dir)
    what = f"runs of {title!r}" if ids else "titles"
    left_out = "..., " if len(known) > _SHOWN else ""
    there = f"there are the {what} {left_out}{', '.join(known[-_SHOWN:])}" if known else "there are none"
    close = "" if ids else did_you_mean(name, known)
    end = f".{close}" if close else ""
    return ExperimentNotFoundError(f"no experiment has the id or title {name!r}; {there}{end}")


def find_job(experiment: Experiment, name: str | int) -> Job | JobGroup:
    """Return a job by its index, its id or its handle; an index comes first.

    Raises:
        NotFoundError: There is none; lists those there are.
    """
    word = str(name)
    jobs = experiment.jobs
    if word.isdecimal() and int(word) < len(jobs):
        return jobs[int(word)]
    for job in jobs:
        if word == job.id or word in job.handles:
            return job
    there = ", ".join(f"{index}: {job.id}" for index, job in enumerate(jobs)) or "none"
    raise NotFoundError(f"experiment {experiment.id} has no job {word!r}; its jobs are {there}")
