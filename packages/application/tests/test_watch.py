"""Watching: order, skips, cancellation, backends that are silent or forgetful, wake-ups, time limits."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from nemo_run_adapters.memory.reporter import RecordingReporter
from nemo_run_adapters.memory.store import MemoryExperimentStore
from nemo_run_application.cancel import CancelJobs
from nemo_run_application.events import Event, JobChanged, Notice
from nemo_run_application.run_state import RunState
from nemo_run_domain.job import JobState, JobStatus, Reason
from nemo_run_domain.journal import Kind, Record, fold
from pretend import GRACE, World, address, states, task, unit

RUNNING, SUCCEEDED, FAILED, CANCELLED = (
    JobState.RUNNING,
    JobState.SUCCEEDED,
    JobState.FAILED,
    JobState.CANCELLED,
)


class TestOrder:
    def test_dependants_start_the_moment_their_own_dependencies_end(self, world: World) -> None:
        """A diamond beside a long job: no level waits for the long job."""
        state = world.run(
            unit("long", duration=1000),
            unit("top", duration=1),
            unit("left", "top", duration=5),
            unit("right", "top", duration=2),
            unit("bottom", "left", "right", duration=1),
            unit("after right", "right", duration=1),
            unit("after long", "long", "bottom"),
        )
        assert set(states(state).values()) == {"SUCCEEDED"}
        started = {job.unit_id: job.submitted_at for job in world.place().cluster.jobs}
        begin = started["long"]
        assert {name: at - begin for name, at in started.items()} == {
            "long": 0,
            "top": 0,
            "left": 1,
            "right": 1,
            "after right": 3,
            "bottom": 6,
            "after long": 1000,
        }

    def test_a_chain_of_immediate_jobs_takes_one_round_each(self, world: World) -> None:
        world.notifies = True
        world.run(unit("u0"), *(unit(f"u{n}", f"u{n - 1}") for n in range(1, 50)))
        assert world.place().count("poll") == 50
        assert world.clock.passed == 0

    def test_units_become_ready_in_the_order_they_were_added(self, world: World) -> None:
        world.run(unit("z"), unit("c", "z"), unit("a", "z"), unit("b", "z"))
        assert world.place().started == ["z", "c", "a", "b"]

    def test_an_experiment_without_units_is_over(self, world: World) -> None:
        state = world.run()
        assert state.is_over
        assert world.journal(state) == []


class TestSkips:
    def test_a_chain_behind_a_failure_never_starts(self, world: World) -> None:
        state = world.run(unit("a", outcome="FAILED"), unit("b", "a"), unit("c", "b"))
        assert states(state) == {"a": "FAILED", "b": "CANCELLED", "c": "CANCELLED"}
        assert [(s.reason, s.message) for s in list(state.statuses.values())[1:]] == [
            (Reason.SKIPPED, "dependency 'a' failed"),
            (Reason.SKIPPED, "dependency 'b' was skipped"),
        ]
        assert world.place().started == ["a"]
        assert world.told() == [("a", FAILED), ("b", CANCELLED), ("c", CANCELLED)]

    def test_the_label_says_how_the_dependency_ended(self, world: World) -> None:
        state = world.run(unit("a", outcome="CANCELLED"), unit("b", "a"))
        assert state.statuses["b"].message == "dependency 'a' was cancelled"

    def test_afterany_runs_whatever_happened(self, world: World) -> None:
        state = world.run(
            unit("a", outcome="FAILED"), unit("b", "a"), unit("clean", "a", "b", kind="afterany")
        )
        assert states(state) == {"a": "FAILED", "b": "CANCELLED", "clean": "SUCCEEDED"}

    def test_one_failed_dependency_of_several_is_enough(self, world: World) -> None:
        state = world.run(unit("a"), unit("b", outcome="FAILED"), unit("c", "a", "b"))
        assert state.statuses["c"].message == "dependency 'b' failed"

    def test_ends_and_skips_are_written_down_once(self, world: World) -> None:
        state = world.run(unit("a", outcome="FAILED"), unit("b", "a"), unit("c", "a", kind="afterany"))
        ends = [record for record in world.journal(state) if record.kind is Kind.STATUS]
        assert sorted(record.job for record in ends) == ["a", "b", "c"]
        assert {name: record.status for name, record in fold(world.journal(state)).items()} == state.statuses

    def test_a_group_is_one_unit(self, world: World) -> None:
        both = replace(unit("g"), tasks=(task("x", duration=3), task("y", outcome="FAILED", duration=1)))
        state = world.run(both, unit("b", "g"))
        assert states(state) == {"g": "FAILED", "b": "CANCELLED"}
        assert len(state.handles["g"]) == 2


class TestCancel:
    def test_units_not_launched_yet_are_dropped(self, world: World) -> None:
        watch = world.begin(
            unit("a", duration=5), unit("b", "a"), unit("c", "b"), unit("d", "b", kind="afterany")
        )
        watch.start()
        world.clock.after(2, lambda: watch.state.request_cancel(["b"]))
        assert watch.wait()
        assert states(watch.state) == {"a": "SUCCEEDED", "b": "CANCELLED", "c": "CANCELLED", "d": "SUCCEEDED"}
        dropped = watch.state.statuses["b"]
        assert (dropped.reason, dropped.message) == (Reason.CANCELLED, "cancelled before it was launched")
        assert dropped.ended_at == pytest.approx(world.clock.now() - 3)
        assert watch.state.statuses["c"].reason is Reason.SKIPPED
        assert world.place().started == ["a", "d"]

    def test_before_the_start_nothing_is_launched(self, world: World) -> None:
        watch = world.begin(unit("a"), unit("b", "a"), unit("c"))
        watch.state.request_cancel(["a", "b"])
        watch.start()
        assert watch.wait()
        assert states(watch.state) == {"a": "CANCELLED", "b": "CANCELLED", "c": "SUCCEEDED"}
        assert {s.reason for s in watch.state.statuses.values()} == {Reason.CANCELLED, None}
        assert world.told() == [("a", CANCELLED), ("b", CANCELLED), ("c", SUCCEEDED)]
        assert {n: r.status for n, r in fold(world.journal(watch.state)).items()} == watch.state.statuses

    def test_one_end_is_told_of_a_unit_that_is_cancelled_and_skipped(self, world: World) -> None:
        watch = world.begin(unit("a"), unit("b", "a"), unit("c", "b", kind="afterany"), unit("d", "c"))
        watch.state.request_cancel(["a", "b", "c", "d", "nobody"])
        watch.start()
        assert watch.wait()
        assert world.told() == [(name, CANCELLED) for name in "abcd"]
        assert [r.job for r in world.journal(watch.state)] == list("abcd")
        assert world.place().started == []

    def test_what_becomes_ready_and_is_cancelled_does_not_start(self, world: World) -> None:
        watch = world.begin(unit("a", auto=False), unit("b", "a"))
        watch.start()
        watch.round()
        world.place().before["poll"] = lambda: watch.state.request_cancel(["b"])
        world.place().cluster.finish(world.place().job_of("a"))
        assert watch.wait()
        assert states(watch.state) == {"a": "SUCCEEDED", "b": "CANCELLED"}

    def test_a_cancellation_during_the_submission_reaches_the_job(self, world: World) -> None:
        watch = world.begin(unit("a", auto=False), unit("b", auto=False, duration=3))
        world.place().before["submit"] = lambda: watch.state.request_cancel(["a"])
        watch.start()
        assert world.place().calls[-1] == ("cancel", watch.state.handles["a"])
        world.clock.after(5, lambda: world.place().cluster.finish(world.place().job_of("b")))
        assert watch.wait()
        assert states(watch.state) == {"a": "CANCELLED", "b": "SUCCEEDED"}
        assert world.place().count("cancel") == 1

    def test_it_is_repeated_until_the_backend_heard_it(self, world: World) -> None:
        place = world.place()
        watch = world.begin(unit("a", auto=False))
        place.before["submit"] = lambda: watch.state.request_cancel(["a"])
        place.silent.add("cancel")
        watch.start()
        world.clock.after(4, place.silent.clear)
        assert watch.wait()
        assert states(watch.state) == {"a": "CANCELLED"}
        assert world.clock.passed == pytest.approx(4)

    def test_it_is_forgotten_once_the_job_has_ended(self, world: World) -> None:
        place = world.place()
        watch = world.begin(unit("a"), unit("b", duration=10))
        place.before["submit"] = lambda: watch.state.request_cancel(["a"])
        place.silent.add("cancel")
        watch.start()
        assert watch.wait()
        assert states(watch.state) == {"a": "SUCCEEDED", "b": "SUCCEEDED"}
        assert place.count("cancel") == 2


class TestOtherProcesses:
    """What another process wants to end is only in the journal."""

    def test_a_unit_they_cancelled_is_not_launched(self, world: World) -> None:
        watch = world.begin(unit("a", duration=5), unit("b", "a"), unit("c", "a"))
        watch.start()
        directory = watch.state.experiment.directory
        world.clock.after(2, lambda: CancelJobs(world.services)(directory, [address(watch.state, "b")]))
        assert watch.wait()
        assert states(watch.state) == {"a": "SUCCEEDED", "b": "CANCELLED", "c": "SUCCEEDED"}
        assert world.place().started == ["a", "c"]

    def test_what_was_cancelled_before_this_run_is_launched(self, world: World) -> None:
        old = Record(kind=Kind.CANCEL, job="b", at=world.clock.now())
        world.store.append(world.experiment().directory, [old])
        world.clock.advance(1)
        assert states(world.run(unit("a"), unit("b", "a"))) == {"a": "SUCCEEDED", "b": "SUCCEEDED"}

    def test_their_clock_may_be_wrong(self, world: World) -> None:
        watch = world.begin(unit("a", duration=5), unit("b", "a"))
        watch.start()
        early = Record(kind=Kind.CANCEL, job="b", at=world.clock.now() - 3600)
        world.clock.after(2, lambda: world.store.append(watch.state.experiment.directory, [early]))
        assert watch.wait()
        assert states(watch.state) == {"a": "SUCCEEDED", "b": "CANCELLED"}

    def test_what_they_cancelled_long_before_it_is_ready_is_remembered(self, world: World) -> None:
        watch = world.begin(unit("a", duration=1), unit("b", "a", duration=5), unit("c", "b"))
        watch.start()
        directory = watch.state.experiment.directory
        CancelJobs(world.services)(directory, [address(watch.state, "c")])
        assert watch.wait()
        assert states(watch.state) == {"a": "SUCCEEDED", "b": "SUCCEEDED", "c": "CANCELLED"}

    def test_a_cancellation_during_the_submission_is_heeded_behind_it(self, world: World) -> None:
        place = world.place()
        watch = world.begin(unit("a"), unit("b", "a", auto=False))
        watch.start()
        cancel = Record(kind=Kind.CANCEL, job="b", at=0.0)
        place.before["submit"] = lambda: world.store.append(watch.state.experiment.directory, [cancel])
        assert watch.wait()
        assert states(watch.state) == {"a": "SUCCEEDED", "b": "CANCELLED"}
        assert place.count("cancel") == 1

    def test_a_long_journal_is_read_once(self, world: World) -> None:
        read = []

        class Counting(MemoryExperimentStore):
            def journal(self, directory: str) -> list[Record]:
                pytest.fail("the whole journal was read")

            def journal_since(self, directory: str, position: int) -> tuple[list[Record], int]:
                records, end = super().journal_since(directory, position)
                read.extend(records)
                return records, end

        world.store = Counting(world.clock)
        world.services = replace(world.services, store=world.store)
        watch = world.begin(unit("u0"), *(unit(f"u{n}", f"u{n - 1}") for n in range(1, 50)))
        watch.start()
        assert watch.wait()
        assert len(read) <= 50 * 3


class TestSilence:
    def test_a_silent_backend_is_asked_again_and_warned_about_once(self, world: World) -> None:
        place = world.place()
        watch = world.begin(unit("a", duration=100))
        watch.start()
        world.clock.after(10, lambda: place.silent.add("poll"))
        world.clock.after(50, place.silent.clear)
        world.clock.after(70, lambda: place.silent.add("poll"))
        world.clock.after(80, place.silent.clear)
        assert watch.wait()
        assert states(watch.state) == {"a": "SUCCEEDED"}
        first, second = world.reporter.of(Notice)
        assert (first.text, first.level) == (
            "a backend does not answer, asking again: no route for poll",
            "warning",
        )
        assert second == first
        assert place.count("poll") == 101

    def test_others_are_not_held_up(self, world: World) -> None:
        world.place("far").silent.add("poll")
        watch = world.begin(unit("near"), unit("next", "near"), unit("far", place="far"))
        watch.start()
        assert not watch.wait(timeout=5)
        assert states(watch.state) == {"near": "SUCCEEDED", "next": "SUCCEEDED", "far": "SUBMITTED"}

    def test_the_reporter_hears_from_one_thread(self, world: World) -> None:
        threads = []

        class Listening(RecordingReporter):
            def emit(self, event: Event) -> None:
                threads.append((type(event), threading.get_ident()))

        world.services = replace(world.services, reporter=Listening())
        names = [f"place {number}" for number in range(5)]
        watch = world.begin(*(unit(name, place=name) for name in names))
        watch.start()
        for name in names:
            world.place(name).silent.add("poll")
        assert not watch.wait(timeout=3)
        assert threads.count((Notice, threading.get_ident())) == 5
        assert {thread for _, thread in threads} == {threading.get_ident()}

    def test_output_that_cannot_be_read_is_read_later(self, world: World) -> None:
        place = world.place()
        watch = world.begin(unit("a", log="one\ntwo\n", duration=10, follow=True))
        place.silent |= {"streams", "read"}
        watch.start()
        world.clock.after(5, place.silent.clear)
        assert watch.wait()
        assert world.lines() == ["one", "two"]

    def test_output_that_is_lost_is_told_of(self, world: World) -> None:
        place = world.place()
        watch = world.begin(
            unit("a", log="one\n", duration=2, follow=True),
            unit("b", duration=2, follow=True),
            unit("c", "a"),
        )
        watch.start()
        place.silent.add("read")
        assert watch.wait()
        assert set(states(watch.state).values()) == {"SUCCEEDED"}
        assert [n.text for n in world.reporter.of(Notice)] == [
            "the output of a, b could not be read to its end"
        ]


class TestForgetfulness:
    def test_a_job_may_be_unknown_for_a_while(self, world: World) -> None:
        place = world.place()
        watch = world.begin(unit("a", duration=60))
        watch.start()
        place.forgotten.add(place.job_of("a"))
        world.clock.after(GRACE - 2, place.forgotten.clear)
        world.clock.after(GRACE + 2, lambda: place.forgotten.add(place.job_of("a")))
        world.clock.after(GRACE + 20, place.forgotten.clear)
        assert watch.wait()
        assert states(watch.state) == {"a": "SUCCEEDED"}
        assert world.told() == [("a", RUNNING), ("a", SUCCEEDED)]

    def test_after_its_grace_it_is_lost(self, world: World) -> None:
        place = world.place()
        watch = world.begin(unit("a", auto=False), unit("b", "a"), unit("c", "a", kind="afterany"))
        watch.start()
        place.forgotten.add(place.job_of("a"))
        assert watch.wait()
        assert world.clock.passed == pytest.approx(GRACE, abs=2)
        lost = watch.state.statuses["a"]
        assert (lost.state, lost.reason) == (JobState.UNKNOWN, Reason.LOST)
        assert lost.message == "the backend has not known this job for 30 s"
        assert watch.state.statuses["b"].message == "dependency 'a' did not succeed"
        assert states(watch.state)["c"] == "SUCCEEDED"
        assert fold(world.journal(watch.state))["a"].status == lost


class TestWaiting:
    def test_a_notifier_wakes_the_loop(self, world: World) -> None:
        world.notifies = True
        place = world.place()
        watch = world.begin(unit("a", auto=False))
        watch.start()
        place.before["poll"] = lambda: place.cluster.finish(place.job_of("a"))
        assert watch.wait()
        assert world.clock.slept == []
        assert place.count("poll") == 1

    def test_a_change_during_a_round_is_not_missed(self, world: World) -> None:
        world.notifies = True
        place = world.place()
        watch = world.begin(unit("a", log="x\n", auto=False, follow=True))
        watch.start()
        place.before["read"] = lambda: place.cluster.finish(place.job_of("a"))
        assert watch.wait()
        assert world.clock.slept == []
        assert place.count("poll") == 2

    def test_subscriptions_end_with_the_wait(self, world: World) -> None:
        world.notifies = True
        watch = world.begin(unit("a", auto=False), unit("b", place="there", auto=False))
        watch.start()
        watch.wait(timeout=0)
        watch.state.changed.clear()
        world.place().cluster.notifier.notify()
        world.place("there").cluster.notifier.notify()
        assert not watch.state.changed.is_set()

    @pytest.mark.parametrize("timeout", [0, 0.5, 2, 7.25])
    def test_time_may_run_out(self, world: World, timeout: float) -> None:
        watch = world.begin(unit("a", duration=10))
        watch.start()
        assert not watch.wait(timeout=timeout)
        assert world.clock.passed == pytest.approx(timeout)
        assert states(watch.state) == {"a": "RUNNING"}
        assert watch.wait(timeout=100)

    def test_a_wait_can_be_stopped(self, world: World) -> None:
        watch = world.begin(unit("a", auto=False))
        watch.start()
        stop = threading.Event()
        world.clock.after(3, stop.set)
        assert not watch.wait(stop=stop)
        assert world.clock.passed == pytest.approx(3)

    def test_without_a_notifier_followed_output_is_looked_at_often(self, world: World) -> None:
        watch = world.begin(unit("a", log="x\n", duration=1, follow=True))
        watch.start()
        assert watch.wait()
        assert max(world.clock.slept) == 0.05

    def test_a_long_round_is_followed_by_a_breath(self, world: World) -> None:
        world.notifies = True
        place = world.place()
        place.before["poll"] = lambda: (world.clock.advance(0.03), place.cluster.notifier.notify())
        watch = world.begin(unit("a", duration=0.1))
        watch.start()
        assert watch.wait()
        assert world.clock.slept[:2] == [pytest.approx(0.03), pytest.approx(0.03)]

    def test_changes_are_told_once_each(self, world: World) -> None:
        heard: list[tuple[str, JobStatus]] = []
        watch = world.begin(unit("a", duration=5), on_change=lambda *change: heard.append(change))
        watch.start()
        assert watch.wait()
        assert [status.state.name for _, status in heard] == ["SUBMITTED", "RUNNING", "SUCCEEDED"]
        assert [event.status for event in world.reporter.of(JobChanged)] == [
            status for _, status in heard[1:]
        ]


class TestManyUnits:
    def test_a_wide_graph_is_asked_about_together(self, world: World) -> None:
        size = 5000
        state = world.run(
            unit("first"), *(unit(f"u{n}", "first", duration=n % 3) for n in range(size)), unit("last", "u17")
        )
        assert state.is_over
        place = world.place()
        assert place.count("poll") <= 6
        assert place.count("submit") == 3

    def test_the_work_of_a_long_chain_is_linear(self, world: World) -> None:
        world.notifies = True
        size = 5000
        watch = world.begin(unit("u0"), *(unit(f"u{n}", f"u{n - 1}") for n in range(1, size)))
        looked_at = _count_looks(watch.state)
        watch.start()
        assert watch.wait()
        place = world.place()
        asked_about = sum(len(about) for call, about in place.calls if call == "poll")
        assert place.count("poll") == asked_about == size
        assert looked_at["ended"] <= 20 * size

    def test_a_failure_skips_thousands_at_once(self, world: World) -> None:
        state = world.run(unit("u0", outcome="FAILED"), *(unit(f"u{n}", f"u{n - 1}") for n in range(1, 5000)))
        assert world.place().count("poll") == 1
        assert len(world.reporter.of(JobChanged)) == len(state.statuses) == 5000


def _count_looks(state: RunState) -> dict[str, int]:
    """Count how often it is asked whether a unit has ended."""
    looks = {"ended": 0}

    class Counted(set[str]):
        def __contains__(self, item: object) -> bool:
            looks["ended"] += 1
            return super().__contains__(item)

    state.ended = Counted()
    return looks
