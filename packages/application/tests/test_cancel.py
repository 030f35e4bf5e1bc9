"""Cancelling saved jobs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nemo_run_application.cancel import CancelJobs, JobAddress
from nemo_run_application.run_state import RunState
from nemo_run_domain.errors import BackendUnavailableError
from nemo_run_domain.job import JobState
from nemo_run_domain.journal import Kind, fold
from pretend import World, address, unit


def known(state: RunState, *unit_ids: str) -> list[JobAddress]:
    return [replace(address(state, u), handles=state.handles.get(u, ())) for u in unit_ids]


def test_the_journal_is_told_first(world: World) -> None:
    watch = world.begin(unit("a", auto=False), unit("b", auto=False), unit("c", "a"))
    watch.start()
    written = []
    world.place().before["cancel"] = lambda: written.extend(world.journal(watch.state))
    CancelJobs(world.services)(watch.state.experiment.directory, known(watch.state, "a", "c"))
    assert [record.job for record in written if record.kind is Kind.CANCEL] == ["a", "c"]
    assert fold(written)["c"].cancelled
    assert world.place().calls[-1] == ("cancel", watch.state.handles["a"])
    statuses = [job.status.state for job in world.place().cluster.jobs]
    assert statuses == [JobState.CANCELLED, JobState.RUNNING]


def test_there_is_one_call_per_connection_and_one_silent_backend_holds_up_nobody(world: World) -> None:
    names = [f"u{number}" for number in range(6)]
    watch = world.begin(*(unit(n, auto=False, place=str(i % 2)) for i, n in enumerate(names)))
    watch.start()
    world.place("0").silent.add("cancel")
    with pytest.raises(BackendUnavailableError):
        CancelJobs(world.services)(watch.state.experiment.directory, known(watch.state, *names))
    assert [world.place(name).count("cancel") for name in "01"] == [1, 1]
    assert {job.status.state for job in world.place("1").cluster.jobs} == {JobState.CANCELLED}


def test_a_host_that_cannot_be_connected_holds_up_nobody(world: World) -> None:
    watch = world.begin(unit("a", auto=False), unit("b", auto=False, place="there"))
    watch.start()
    world.restart()
    world.place().silent.add("connect")
    with pytest.raises(BackendUnavailableError, match="no route to here"):
        CancelJobs(world.services)(watch.state.experiment.directory, known(watch.state, "a", "b"))
    assert world.place("there").cluster.jobs[0].status.state is JobState.CANCELLED


@pytest.mark.parametrize("written", [True, False])
def test_a_job_launched_since_the_caller_looked_is_cancelled(world: World, written: bool) -> None:
    watch = world.begin(unit("a", auto=False), unit("b"))
    watch.start()
    if not written:
        del world.store._folders[watch.state.experiment.directory].records[2:]
    CancelJobs(world.services)(watch.state.experiment.directory, [address(watch.state, "a")])
    assert world.place().cluster.jobs[0].status.state is JobState.CANCELLED
    assert world.place().count("find") == (0 if written else 1)


def test_units_without_jobs_ask_nobody(world: World) -> None:
    state = world.begin(unit("a")).state
    CancelJobs(world.services)(state.experiment.directory, known(state, "a"))
    assert world.place().count("cancel") == 0
