"""Launching: written ahead, one call per connection, a refusal stops nobody else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from nemo_run_adapters.memory.store import MemoryExperimentStore
from nemo_run_application.events import JobChanged, JobSubmitted
from nemo_run_application.launch import LaunchUnits
from nemo_run_domain.errors import (
    AuthenticationError,
    BackendUnavailableError,
    StoreError,
    SubmissionRejectedError,
    UnexpectedReplyError,
)
from nemo_run_domain.job import JobState, Reason
from nemo_run_domain.journal import Kind, Record, fold
from pretend import World, states, unit


def test_the_intent_is_written_before_anything_is_sent(world: World) -> None:
    watch = world.begin(unit("a"), unit("b"))
    seen = []
    world.place().before["submit"] = lambda: seen.extend(world.journal(watch.state))
    watch.start()
    plans = {name: planned.plan for name, planned in watch.state.planned.items()}
    assert [(r.kind, r.job, r.token, r.planned) for r in seen] == [
        (Kind.INTENT, name, plan.token, plan.planned) for name, plan in plans.items()
    ]


def test_handles_are_written_behind_the_intents(world: World) -> None:
    watch = world.begin(unit("a"), unit("b"))
    watch.start()
    handles = {name: tuple(map(str, handles)) for name, handles in watch.state.handles.items()}
    assert [(r.kind, r.job, r.handles) for r in world.journal(watch.state)[2:]] == [
        (Kind.SUBMITTED, "a", handles["a"]),
        (Kind.SUBMITTED, "b", handles["b"]),
    ]
    assert [(e.job, e.handles) for e in world.reporter.of(JobSubmitted)] == list(handles.items())


def test_one_refused_unit_does_not_stop_the_others(world: World) -> None:
    state = world.run(unit("a"), unit("bad", reject="quota used up"), unit("c"))
    assert states(state) == {"a": "SUCCEEDED", "bad": "FAILED", "c": "SUCCEEDED"}
    assert world.place().count("submit") == 1
    status = state.statuses["bad"]
    assert (status.reason, status.message, status.ended_at) == (
        Reason.REJECTED,
        "quota used up",
        world.clock.now(),
    )
    assert [type(error) for error in state.errors] == [SubmissionRejectedError]
    record = fold(world.journal(state))["bad"]
    assert not record.is_open_intent
    assert record.status == status


def test_a_refusal_is_told_once_to_everybody(world: World) -> None:
    heard = []
    watch = world.begin(
        unit("bad", reject="no"), on_change=lambda unit_id, status: heard.append((unit_id, status.state))
    )
    watch.start()
    assert heard == [("bad", JobState.FAILED)]
    assert world.told() == [("bad", JobState.FAILED)]
    assert world.reporter.of(JobSubmitted) == []


def test_a_refusal_skips_dependants_and_starts_those_that_do_not_mind(world: World) -> None:
    state = world.run(
        unit("bad", reject="no"),
        unit("needs", "bad"),
        unit("anyway", "bad", kind="afterany"),
        unit("also bad", "anyway", reject="no"),
        unit("last", "also bad", kind="afterany"),
    )
    assert states(state) == {
        "bad": "FAILED",
        "needs": "CANCELLED",
        "anyway": "SUCCEEDED",
        "also bad": "FAILED",
        "last": "SUCCEEDED",
    }
    assert state.statuses["needs"].message == "dependency 'bad' failed"


@pytest.mark.parametrize("error", [BackendUnavailableError("down"), AuthenticationError("who?")])
def test_a_connection_that_accepts_nothing_refuses_its_units_only(world: World, error: Exception) -> None:
    def fail() -> None:
        raise error

    world.place("far").before["submit"] = fail
    state = world.run(unit("a"), unit("b", place="far"), unit("c", place="far"), unit("d", "b"))
    assert states(state) == {"a": "SUCCEEDED", "b": "FAILED", "c": "FAILED", "d": "CANCELLED"}
    assert state.errors == [error, error]
    assert state.statuses["b"].reason is Reason.REJECTED
    assert state.statuses["d"].reason is Reason.SKIPPED


class TestSilence:
    """A backend that cannot be asked at the moment accepted nothing: what it missed is sent again."""

    def test_it_is_tried_again(self, world: World) -> None:
        place = world.place()
        place.silent.add("submit")
        world.clock.after(2.5, place.silent.clear)
        state = world.run(unit("a"), unit("b", "a"))
        assert states(state) == {"a": "SUCCEEDED", "b": "SUCCEEDED"}
        assert world.clock.slept[:2] == [1.0, 2.0]
        assert place.started == ["a", "b"]

    def test_only_what_was_not_accepted_is_sent_again(self, world: World) -> None:
        place = world.place()
        watch = world.begin(unit("a"), unit("bad", reject="no"), unit("c"))
        place.busy.add("c")
        world.clock.after(1, place.busy.clear)
        watch.start()
        assert [about for call, about in place.calls if call == "submit"] == [("a", "bad", "c"), ("c",)]
        assert watch.wait()
        assert states(watch.state) == {"a": "SUCCEEDED", "bad": "FAILED", "c": "SUCCEEDED"}

    def test_in_the_end_it_is_a_refusal(self, world: World) -> None:
        world.place().silent.add("submit")
        state = world.run(unit("a"))
        assert states(state) == {"a": "FAILED"}
        assert world.place().count("submit") == 3
        assert world.clock.slept == [1.0, 2.0]


class TestErrorsThatAreNoRefusal:
    """The error shows, and no unit is left between launched and ended."""

    @pytest.mark.parametrize("error", [UnexpectedReplyError("half a reply"), RuntimeError("a bug")])
    def test_what_was_never_sent_ends_with_the_error(self, world: World, error: Exception) -> None:
        world.place().before["submit"] = raising(error)
        watch = world.begin(unit("a"), unit("b", "a"), unit("c", "b", kind="afterany", place="far"))
        with pytest.raises(type(error)):
            watch.start()
        assert watch.wait()
        assert states(watch.state) == {"a": "FAILED", "b": "CANCELLED", "c": "SUCCEEDED"}
        status = watch.state.statuses["a"]
        assert status.reason is Reason.START_FAILED
        assert status.message == f"{type(error).__name__}: {error}"
        assert fold(world.journal(watch.state))["a"].status == status

    def test_what_others_accepted_is_noted_first(self, world: World) -> None:
        world.place("far").before["submit"] = raising(RuntimeError("a bug"))
        watch = world.begin(unit("a", place="far"), unit("b", duration=3), unit("c", "b"))
        with pytest.raises(RuntimeError, match="a bug"):
            watch.start()
        assert list(watch.state.handles) == ["b"]
        assert fold(world.journal(watch.state))["b"].handles == (str(watch.state.handles["b"][0]),)
        assert watch.wait()
        assert states(watch.state) == {"a": "FAILED", "b": "SUCCEEDED", "c": "SUCCEEDED"}

    def test_what_was_sent_all_the_same_is_taken_up(self, world: World) -> None:
        place = world.place()
        watch = world.begin(unit("a", duration=2), unit("b", duration=2))

        def send_one() -> None:
            place.before.clear()
            planned = watch.state.planned["a"]
            planned.connection.scheduler.submit([planned.plan])
            raise RuntimeError("connection lost")

        place.before["submit"] = send_one
        with pytest.raises(RuntimeError, match="connection lost"):
            watch.start()
        assert watch.wait()
        assert states(watch.state) == {"a": "SUCCEEDED", "b": "FAILED"}
        assert place.started == ["a"]

    def test_a_backend_that_does_not_tell_leaves_the_intent_open(self, world: World) -> None:
        world.place().before["submit"] = raising(RuntimeError("connection lost"))
        world.place().silent.add("find")
        watch = world.begin(unit("a"), unit("b", "a"), unit("c", duration=2, place="there"))
        with pytest.raises(RuntimeError, match="connection lost"):
            watch.start()
        assert not watch.wait()
        assert states(watch.state) == {"a": "UNKNOWN", "b": "UNSUBMITTED", "c": "SUCCEEDED"}
        assert "no route for find" in watch.state.statuses["a"].message
        assert fold(world.journal(watch.state))["a"].is_open_intent

    @pytest.mark.parametrize("kind", [Kind.INTENT, Kind.SUBMITTED, Kind.STATUS])
    def test_a_full_disk_shows_and_ends_the_wait(self, world: World, kind: Kind) -> None:
        class Full(MemoryExperimentStore):
            def append(self, directory: str, records: Sequence[Record], *, sync: bool = True) -> None:
                if any(record.kind is kind for record in records):
                    raise StoreError("no space left")
                super().append(directory, records, sync=sync)

        world.store = Full(world.clock)
        world.services = replace(world.services, store=world.store)
        watch = world.begin(unit("a", duration=1), unit("b", "a"))
        shown = 0
        for step in (watch.start, watch.wait, watch.wait, watch.wait):
            try:
                step()
            except StoreError:
                shown += 1
        assert shown
        assert world.place().started == ([] if kind is Kind.INTENT else ["a", "b"])
        assert watch.state.is_over


def test_waiting_without_anything_launched_returns(world: World) -> None:
    assert not world.begin(unit("a")).wait()


def raising(error: BaseException) -> Callable[[], None]:
    """Return what raises an error when it is called."""

    def fail() -> None:
        raise error

    return fail


def test_there_is_one_call_per_connection(world: World) -> None:
    world.run(*(unit(f"u{number}", place=f"place {number % 3}") for number in range(30)))
    assert [world.place(f"place {number}").count("submit") for number in range(3)] == [1, 1, 1]
    assert world.place("place 1").started == [f"u{number}" for number in range(1, 30, 3)]


def test_launching_nothing_asks_nobody(world: World) -> None:
    watch = world.begin(unit("a"))
    assert LaunchUnits(world.services)(watch.state, []) == []
    assert world.journal(watch.state) == []
    assert world.place().count("submit") == 0


def test_an_interrupted_launch_finds_what_was_accepted(world: World) -> None:
    watch = world.begin(unit("a"), unit("b"))
    planned = watch.state.planned["a"]
    planned.connection.scheduler.submit([planned.plan])
    watch.state.sending.update(["a", "b"])
    watch.recover()
    assert list(watch.state.handles) == ["a"]
    assert watch.state.sending == set()
    assert [(r.kind, r.job) for r in world.journal(watch.state)] == [(Kind.SUBMITTED, "a")]
    assert world.place().count("find") == 1


def test_an_interrupted_launch_can_be_asked_about_again(world: World) -> None:
    watch = world.begin(unit("a"))
    watch.state.sending.add("a")
    world.place().silent.add("find")
    with pytest.raises(BackendUnavailableError):
        watch.recover()
    assert watch.state.sending == {"a"}
    world.place().silent.clear()
    watch.recover()
    assert watch.state.sending == set()


def test_an_interruption_leaves_the_units_marked(world: World) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    world.place().before["submit"] = interrupt
    watch = world.begin(unit("a"))
    with pytest.raises(KeyboardInterrupt):
        watch.start()
    assert watch.state.sending == {"a"}


def test_a_state_is_told_after_its_submission(world: World) -> None:
    state = world.run(unit("a"))
    kinds = [type(event) for event in world.events(JobSubmitted, JobChanged)]
    assert kinds == [JobSubmitted, JobChanged]
    assert state.is_over
