"""Values of the arguments of our own commands: experiments, jobs, shells, folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nemo_run.cli._complete import files, tree
from nemo_run.cli._complete.candidate import Candidate
from nemo_run.cli._complete.scripts import SHELLS


def values(spot: tree.Spot, current: str) -> Iterable[Candidate]:
    """Return what may stand for the next argument of a command."""
    taken = [param for param in tree.parameters(spot.command) if not tree.is_option(param)]
    is_more = bool(taken) and taken[-1].nargs == -1
    if len(spot.words) >= len(taken) and not is_more:
        return []
    param = taken[min(len(spot.words), len(taken) - 1)]
    make = _BY_NAME.get(param.name)
    return told_by(param, spot.command, current) if make is None else make(spot, current)


def told_by(param: Any, command: Any, current: str, prefix: str = "") -> list[Candidate]:
    """Return what a parameter itself says about its values: choices, files, or a user's function."""
    if few := tree.choices(param):
        return [Candidate(f"{prefix}{choice}") for choice in few]
    found: list[Candidate] = []
    for value, text, kind in tree.told_by(param, command, current):
        if kind == "plain":
            found.append(Candidate(f"{prefix}{value}", text))
        else:
            found += files.paths(current, prefix=prefix)
    return found


def _titles(spot: tree.Spot, current: str) -> Iterator[Candidate]:
    for title in _catalog("", spot):
        yield Candidate(title, "title")


def _experiments(spot: tree.Spot, current: str) -> Iterator[Candidate]:
    """Yield titles; and ids, newest first, once the title is clear."""
    titles = [title for title in _catalog("", spot) if title.startswith(current) or current.startswith(title)]
    for title in titles:
        yield Candidate(title, "newest run")
    for title in titles if len(titles) == 1 else [each for each in titles if current.startswith(each)]:
        for found in reversed(_catalog(title, spot)):
            yield Candidate(found, f"run of {title}")


def _jobs(spot: tree.Spot, current: str) -> Iterator[Candidate]:
    from nemo_run.cli._lookup import open_experiment

    experiment = open_experiment(spot.words[0], spot.values.get("base_dir"), quiet=True)
    for index, job in enumerate(experiment.jobs):
        yield Candidate(str(index), job.id)
        yield Candidate(job.id, f"job {index}")


def _folders(spot: tree.Spot, current: str) -> Iterator[Candidate]:
    return (found for found in files.paths(current) if found.goes_on)


def _executors(spot: tree.Spot, current: str) -> Iterator[Candidate]:
    from nemo_run.core.execution._profiles import executor_names

    return (Candidate(name, text) for name, text in executor_names().items())


def _catalog(title: str, spot: tree.Spot) -> list[str]:
    from nemo_run.cli._lookup import catalog

    return catalog(title, spot.values.get("base_dir"))


def _shells(spot: tree.Spot, current: str) -> Iterator[Candidate]:
    return map(Candidate, SHELLS)


_BY_NAME: dict[str, Callable[[Any, str], Iterable[Candidate]]] = {
    "experiment_title": _titles,
    "experiment_id": _experiments,
    "job_idx": _jobs,
    "folder": _folders,
    "name": _executors,  # of `executors show`
    "shell": _shells,
}
