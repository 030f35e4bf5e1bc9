"""Status from any process: the journal, the backends, and submissions whose result nobody wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nemo_run_application.await_jobs import AwaitJobs
from nemo_run_application.cancel import JobAddress
from nemo_run_application.launch import LaunchUnits
from nemo_run_application.read_logs import ReadLogs
from nemo_run_application.run_state import RunState
from nemo_run_application.settle import SettleUnknown
from nemo_run_application.status import ReadStatus, UnitReport
from nemo_run_domain.errors import BackendUnavailableError, UnexpectedReplyError
from nemo_run_domain.job import JobHandle, JobState, JobStatus, Reason
from nemo_run_domain.journal import Kind, Record
from pretend import World, address, addresses, task, unit


def started(world: World, *units: object) -> RunState:
    watch = world.begin(*units)  # type: ignore[arg-type]
    watch.start()
    return watch.state


def crashed(world: World, *units: object) -> RunState:
    """Submit units, and die before the handles are written."""
    state = world.begin(*units).state  # type: ignore[arg-type]
    for planned in state.planned.values():
        plan = planned.plan
        intent = Record(kind=Kind.INTENT, job=plan.unit_id, at=1.0, token=plan.token, planned=plan.planned)
        world.store.append(state.experiment.directory, [intent])
        planned.connection.scheduler.submit([plan])
    return state


def read(world: World, state: RunState) -> dict[str, UnitReport]:
    return ReadStatus(world.services)(state.experiment.directory, addresses(state))


def told(reports: dict[str, UnitReport]) -> dict[str, JobState]:
    return {unit_id: report.status.state for unit_id, report in reports.items()}


def test_handles_come_from_the_journal_and_states_from_the_backend(world: World) -> None:
    state = started(world, unit("a", duration=5), unit("b", outcome="FAILED", exit_code=3), unit("c", "a"))
    reports = read(world, state)
    assert told(reports) == {
        "a": JobState.RUNNING,
        "b": JobState.FAILED,
        "c": JobState.UNSUBMITTED,
    }
    assert {name: report.handles for name, report in reports.items()} == {**state.handles, "c": ()}
    assert reports["b"].status.exit_code == 3


def test_reports_stand_in_the_order_asked_for(world: World) -> None:
    state = started(world, unit("a"), unit("b"), unit("c"))
    asked = [address(state, name) for name in ("c", "a")]
    assert list(ReadStatus(world.services)(state.experiment.directory, asked)) == ["c", "a"]


def test_there_is_one_call_per_connection(world: World) -> None:
    state = started(world, *(unit(f"u{number}", place=str(number % 2)) for number in range(40)))
    read(world, state)
    assert [world.place(name).count("poll") for name in "01"] == [1, 1]


def test_an_end_is_written_back_once_and_not_asked_for_again(world: World) -> None:
    state = started(world, unit("a"), unit("b", duration=9))
    first = read(world, state)
    ends = [record for record in world.journal(state) if record.kind is Kind.STATUS]
    assert [(record.job, record.status) for record in ends] == [("a", first["a"].status)]
    world.place().forgotten.add(world.place().job_of("a"))
    assert read(world, state) == first
    assert len(world.journal(state)) == 5
    assert world.place().calls[-1] == ("poll", state.handles["b"])


def test_handles_that_only_the_caller_knows_are_used(world: World) -> None:
    state = started(world, unit("a"))
    known = replace(address(state, "a"), handles=state.handles["a"])
    directory = world.experiment(number=2).directory
    reports = ReadStatus(world.services)(directory, [known])
    assert reports["a"].status.state is JobState.SUCCEEDED
    assert [record.job for record in world.store.journal(directory)] == ["a"]


def test_a_group_has_one_status(world: World) -> None:
    both = replace(unit("g"), tasks=(task("x", outcome="FAILED", exit_code=4), task("y", auto=False)))
    reports = read(world, started(world, both))
    assert (reports["g"].status.state, reports["g"].status.exit_code) == (JobState.FAILED, 4)
    assert len(reports["g"].handles) == 2


class TestOpenIntents:
    def test_jobs_are_found_by_their_tokens_with_one_call(self, world: World) -> None:
        state = crashed(world, unit("a", duration=5), unit("b"), unit("c", duration=5))
        world.place().calls.clear()
        reports = read(world, state)
        assert told(reports) == {
            "a": JobState.RUNNING,
            "b": JobState.SUCCEEDED,
            "c": JobState.RUNNING,
        }
        assert [handle.native_id for report in reports.values() for handle in report.handles] == [
            job.native_id for job in world.place().cluster.jobs
        ]
        assert [name for name, _ in world.place().calls] == ["find", "poll"]

    def test_what_never_arrived_was_never_submitted(self, world: World) -> None:
        state = crashed(world, unit("a"))
        world.place().cluster.clear()
        assert read(world, state) == {"a": UnitReport(status=JobStatus(state=JobState.UNSUBMITTED))}
        assert [record.kind for record in world.journal(state)] == [Kind.INTENT]

    def test_after_half_a_reply_the_job_is_found(self, world: World) -> None:
        def fail() -> None:
            planned = watch.state.planned["a"]
            world.place().before.clear()
            planned.connection.scheduler.submit([planned.plan])
            raise UnexpectedReplyError("half a reply")

        watch = world.begin(unit("a", duration=5))
        world.place().before["submit"] = fail
        with pytest.raises(UnexpectedReplyError):
            LaunchUnits(world.services)(watch.state, ["a"])
        assert told(read(world, watch.state)) == {"a": JobState.RUNNING}

    @pytest.mark.parametrize("call", ["find", "connect"])
    def test_nobody_guesses_while_the_backend_is_silent(self, world: World, call: str) -> None:
        state = crashed(world, unit("a"), unit("b", place="there"))
        world.restart()
        world.place().silent.add(call)
        reports = read(world, state)
        assert told(reports) == {"a": JobState.UNKNOWN, "b": JobState.SUCCEEDED}
        assert isinstance(reports["a"].doubt, BackendUnavailableError)
        assert "nobody knows whether it was submitted" in reports["a"].status.message
        with pytest.raises(BackendUnavailableError):
            ReadLogs(world.services, lambda *_: None)(state.experiment.directory, address(state, "a"))
        with pytest.raises(BackendUnavailableError):
            SettleUnknown(world.services)(state.experiment.directory, addresses(state))

    def test_one_waits_until_the_backend_tells(self, world: World) -> None:
        state = crashed(world, unit("a"))
        world.restart()
        place = world.place()
        place.silent |= {"find", "connect"}
        world.clock.after(1000, lambda: place.silent.discard("connect"))
        world.clock.after(2000, place.silent.clear)
        statuses = AwaitJobs(world.services)(state.experiment.directory, addresses(state))
        assert statuses["a"].state is JobState.SUCCEEDED


class TestSilence:
    def test_the_last_known_state_stays(self, world: World) -> None:
        state = started(world, unit("a", duration=5), unit("b", place="there"), unit("c", "a"))
        world.place().silent.add("poll")
        reports = read(world, state)
        assert told(reports) == {
            "a": JobState.SUBMITTED,
            "b": JobState.SUCCEEDED,
            "c": JobState.UNSUBMITTED,
        }
        assert reports["a"].status.message == "the backend does not answer: no route for poll"
        assert reports["a"].handles == state.handles["a"]

    def test_a_host_that_cannot_be_connected_holds_up_nobody(self, world: World) -> None:
        state = started(world, unit("a", duration=5), unit("b", place="there"))
        world.restart()
        world.place().silent.add("connect")
        reports = read(world, state)
        assert told(reports) == {"a": JobState.SUBMITTED, "b": JobState.SUCCEEDED}
        assert reports["a"].status.message == "the backend does not answer: no route to here"

    def test_a_lost_job_stays_lost_and_may_be_found_again(self, world: World) -> None:
        watch = world.begin(unit("a", auto=False))
        watch.start()
        place = world.place()
        place.forgotten.add(place.job_of("a"))
        assert watch.wait()
        lost = watch.state.statuses["a"]
        assert lost.reason is Reason.LOST
        assert read(world, watch.state)["a"].status == lost
        place.silent.add("poll")
        assert read(world, watch.state)["a"].status.reason is Reason.LOST
        place.silent.clear()
        place.forgotten.clear()
        assert told(read(world, watch.state)) == {"a": JobState.RUNNING}


def test_a_job_its_backend_does_not_know_is_unknown(world: World) -> None:
    state = started(world, unit("a", auto=False))
    world.place().cluster.clear()
    assert told(read(world, state)) == {"a": JobState.UNKNOWN}


def test_without_a_journal_nothing_was_submitted(world: World) -> None:
    state = world.begin(unit("a")).state
    job = JobAddress(unit_id="a", executor=state.planned["a"].unit.executor, handles=())
    assert ReadStatus(world.services)("/no/such/folder", [job]) == {
        "a": UnitReport(status=JobStatus(state=JobState.UNSUBMITTED))
    }


def test_a_handle_of_another_backend_is_unknown(world: World) -> None:
    state = world.begin(unit("a")).state
    handles = ("direct://nemo_run/a_direct_run",)
    world.store.append(
        state.experiment.directory, [Record(kind=Kind.SUBMITTED, job="a", at=1.0, handles=handles)]
    )
    report = read(world, state)["a"]
    assert report.handles == (JobHandle("direct", "a_direct_run"),)
    assert report.status.state is JobState.UNKNOWN
