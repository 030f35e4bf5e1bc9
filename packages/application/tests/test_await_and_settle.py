"""Waiting for jobs of another process, and making sure that doubtful ones do not run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nemo_run_application.await_jobs import FIRST_PAUSE, LONGEST_PAUSE, AwaitJobs
from nemo_run_application.cancel import CancelJobs
from nemo_run_application.reset import note_repeated
from nemo_run_application.run_state import RunState
from nemo_run_application.settle import FORGET_AFTER, GIVE_UP_AFTER, SettleUnknown
from nemo_run_application.status import ReadStatus
from nemo_run_domain.job import JobState
from nemo_run_domain.journal import Kind
from pretend import GRACE, World, address, addresses, unit


def started(world: World, *units: object) -> RunState:
    watch = world.begin(*units)  # type: ignore[arg-type]
    watch.start()
    return watch.state


def await_(world: World, state: RunState, timeout: float | None = None) -> dict[str, JobState]:
    statuses = AwaitJobs(world.services)(state.experiment.directory, addresses(state), timeout=timeout)
    return {unit_id: status.state for unit_id, status in statuses.items()}


class TestAwait:
    def test_it_returns_once_all_have_ended(self, world: World) -> None:
        state = started(world, unit("a", duration=3), unit("b", duration=7, outcome="FAILED"))
        assert await_(world, state) == {"a": JobState.SUCCEEDED, "b": JobState.FAILED}
        assert world.clock.passed == pytest.approx(7, abs=1)

    def test_it_asks_more_and_more_rarely(self, world: World) -> None:
        await_(world, started(world, unit("a", duration=1000)))
        assert world.clock.slept[0] == FIRST_PAUSE
        assert world.clock.slept == sorted(world.clock.slept)
        assert world.clock.slept[-1] == LONGEST_PAUSE

    def test_what_ended_already_is_not_waited_for(self, world: World) -> None:
        assert await_(world, started(world, unit("a"))) == {"a": JobState.SUCCEEDED}
        assert world.clock.slept == []

    def test_units_that_nobody_will_submit_are_not_waited_for(self, world: World) -> None:
        state = started(world, unit("a"), unit("b", "a"))
        assert await_(world, state) == {"a": JobState.SUCCEEDED, "b": JobState.UNSUBMITTED}
        assert world.clock.slept == [FIRST_PAUSE]

    def test_a_chain_that_another_process_launches_is_waited_for(self, world: World) -> None:
        watch = world.begin(unit("a"), unit("b", "a", duration=5))
        watch.start()
        let_go = world.store.hold(watch.state.experiment.directory)
        assert let_go is not None
        world.clock.after(10, watch.round)
        world.clock.after(11, let_go)
        assert await_(world, watch.state) == {"a": JobState.SUCCEEDED, "b": JobState.SUCCEEDED}
        assert world.clock.passed == pytest.approx(15, abs=2)

    def test_a_launcher_that_dies_ends_the_wait(self, world: World) -> None:
        state = started(world, unit("a"), unit("b", "a"))
        let_go = world.store.hold(state.experiment.directory)
        assert let_go is not None
        world.clock.after(20, let_go)
        assert await_(world, state) == {"a": JobState.SUCCEEDED, "b": JobState.UNSUBMITTED}
        assert world.clock.passed == pytest.approx(20, abs=5)

    def test_time_may_run_out_while_somebody_launches(self, world: World) -> None:
        state = started(world, unit("a"), unit("b", "a"))
        assert world.store.hold(state.experiment.directory) is not None
        assert await_(world, state, 3)["b"] is JobState.UNSUBMITTED
        assert world.clock.passed == pytest.approx(3)

    @pytest.mark.parametrize("timeout", [0, 0.02, 1, 5])
    def test_time_may_run_out(self, world: World, timeout: float) -> None:
        state = started(world, unit("a", auto=False))
        assert await_(world, state, timeout) == {"a": JobState.RUNNING}
        assert world.clock.passed == pytest.approx(timeout)

    def test_a_silent_backend_is_asked_again(self, world: World) -> None:
        state = started(world, unit("a", duration=10))
        world.place().silent.add("poll")
        world.clock.after(20, world.place().silent.clear)
        assert await_(world, state) == {"a": JobState.SUCCEEDED}

    def test_a_job_may_become_known_late(self, world: World) -> None:
        state = started(world, unit("a", duration=GRACE))
        place = world.place()
        place.forgotten.add(place.job_of("a"))
        world.clock.after(GRACE / 2, place.forgotten.clear)
        assert await_(world, state) == {"a": JobState.SUCCEEDED}

    def test_a_job_unknown_for_long_is_given_up(self, world: World) -> None:
        state = started(world, unit("a", auto=False), unit("b", duration=GRACE * 2))
        world.place().forgotten.add(world.place().job_of("a"))
        assert await_(world, state) == {"a": JobState.UNKNOWN, "b": JobState.SUCCEEDED}

    def test_a_job_that_was_lost_before_is_not_waited_for(self, world: World) -> None:
        watch = world.begin(unit("a", auto=False))
        watch.start()
        world.place().forgotten.add(world.place().job_of("a"))
        assert watch.wait()
        slept = len(world.clock.slept)
        assert await_(world, watch.state) == {"a": JobState.UNKNOWN}
        assert len(world.clock.slept) == slept


class TestRepeated:
    """What runs again has not ended, however it ended before."""

    def test_others_wait_for_its_new_end(self, world: World) -> None:
        units = unit("a", outcome="FAILED"), unit("b", "a")
        first = world.run(*units)
        old = [replace(job, handles=first.handles.get(job.unit_id, ())) for job in addresses(first)]
        directory = first.experiment.directory
        note_repeated(world.services, directory, ["a", "b"])
        let_go = world.store.hold(directory)
        assert let_go is not None
        watch = world.begin(unit("a", duration=3), unit("b", "a", duration=3))
        reports = ReadStatus(world.services)(directory, old)
        assert {report.status.state for report in reports.values()} == {JobState.UNSUBMITTED}
        world.clock.after(1, watch.start)
        world.clock.after(5, watch.round)
        world.clock.after(6, let_go)
        statuses = AwaitJobs(world.services)(directory, old)
        assert {status.state for status in statuses.values()} == {JobState.SUCCEEDED}

    def test_its_new_job_is_cancelled(self, world: World) -> None:
        first = world.run(unit("a", outcome="FAILED"))
        old = [replace(address(first, "a"), handles=first.handles["a"])]
        note_repeated(world.services, first.experiment.directory, ["a"])
        watch = world.begin(unit("a", auto=False))
        watch.start()
        CancelJobs(world.services)(first.experiment.directory, old)
        assert world.place().cluster.jobs[-1].status.state is JobState.CANCELLED


class TestSettle:
    def settle(self, world: World, state: RunState) -> dict[str, JobState]:
        reports = SettleUnknown(world.services)(state.experiment.directory, addresses(state))
        return {unit_id: report.status.state for unit_id, report in reports.items()}

    def test_nothing_happens_without_doubt(self, world: World) -> None:
        state = started(world, unit("a"), unit("b", auto=False), unit("c", "b"))
        assert self.settle(world, state) == {
            "a": JobState.SUCCEEDED,
            "b": JobState.RUNNING,
            "c": JobState.UNSUBMITTED,
        }
        assert world.place().count("cancel") == 0
        assert world.clock.slept == []

    def test_a_job_that_stays_unknown_is_taken_to_be_none(self, world: World) -> None:
        state = started(world, unit("a", auto=False), unit("b"))
        world.place().forgotten.add(world.place().job_of("a"))
        assert self.settle(world, state) == {"a": JobState.UNKNOWN, "b": JobState.SUCCEEDED}
        assert world.clock.passed == pytest.approx(FORGET_AFTER, abs=0.1)
        assert Kind.CANCEL in [record.kind for record in world.journal(state) if record.job == "a"]

    def test_a_job_that_turns_up_is_cancelled(self, world: World) -> None:
        state = started(world, unit("a", auto=False))
        place = world.place()
        place.forgotten.add(place.job_of("a"))
        world.clock.after(1, place.forgotten.clear)
        assert self.settle(world, state) == {"a": JobState.CANCELLED}

    def test_a_job_that_will_not_end_is_left(self, world: World) -> None:
        state = started(world, unit("a", auto=False))
        place = world.place()
        place.forgotten.add(place.job_of("a"))
        job = place.cluster.job(place.job_of("a"))
        running = job.status
        place.before["poll"] = lambda: setattr(job, "status", running)
        world.clock.after(1, place.forgotten.clear)
        assert self.settle(world, state) == {"a": JobState.RUNNING}
        assert world.clock.passed == pytest.approx(GIVE_UP_AFTER, abs=0.1)
