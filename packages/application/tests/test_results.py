"""Outcomes: value, exception, last lines; one call per connection."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nemo_run_application.results import TAIL_LINES, CollectResults
from nemo_run_application.run_state import RunState
from nemo_run_application.status import ReadStatus
from nemo_run_domain.job import JobState, Reason
from nemo_run_domain.outcome import Outcome
from pretend import World, addresses, states, task, unit


def outcomes(world: World, state: RunState) -> dict[str, Outcome]:
    jobs = addresses(state)
    reports = ReadStatus(world.services)(state.experiment.directory, jobs)
    return CollectResults(world.services)(jobs, reports)


def test_an_outcome_holds_what_is_known(world: World) -> None:
    state = world.run(
        unit("good", value={"loss": 0.5}, log="one\ntwo\n", duration=3),
        unit("bad", raises="no data", log="oh\n", exit_code=9, reason="out of memory"),
        unit("never", "bad"),
        unit("refused", reject="quota"),
    )
    found = outcomes(world, state)
    assert list(found) == ["good", "bad", "never", "refused"]
    good, bad = found["good"], found["bad"]
    assert (good.succeeded, good.value, good.exception, good.log_tail) == (
        True,
        {"loss": 0.5},
        None,
        ("one", "two"),
    )
    assert (good.exit_code, good.elapsed) == (0, 3)
    assert (bad.state, bad.exit_code, bad.reason) == (JobState.FAILED, 9, Reason.OUT_OF_MEMORY)
    assert bad.exception is not None
    assert (bad.exception.message, bad.log_tail) == ("no data", ("oh",))
    assert (found["never"].reason, found["never"].log_tail) == (Reason.SKIPPED, ())
    assert (found["refused"].reason, found["refused"].message) == (Reason.REJECTED, "quota")


def test_values_that_name_code_are_text_without_trust(world: World) -> None:
    state = world.run(unit("plain", value=(1, 2)), unit("object", value=Reason.LOST))
    jobs = addresses(state)
    reports = ReadStatus(world.services)(state.experiment.directory, jobs)
    found = CollectResults(world.services, trusted=False)(jobs, reports)
    assert found["plain"].value == (1, 2)
    assert found["object"].value == "<value that needs nemo_run_domain.job.Reason, not loaded>"
    assert outcomes(world, state)["object"].value is Reason.LOST


def test_it_may_be_asked_while_jobs_run(world: World) -> None:
    watch = world.begin(unit("a", log="begun\n", auto=False), unit("b", "a"))
    watch.start()
    found = outcomes(world, watch.state)
    assert (found["a"].state, found["a"].log_tail) == (JobState.RUNNING, ("begun",))
    assert found["b"] == Outcome(state=JobState.UNSUBMITTED)


def test_there_is_one_call_per_connection(world: World) -> None:
    state = world.run(*(unit(f"u{number}", place=str(number % 2), value=number) for number in range(40)))
    assert [outcome.value for outcome in outcomes(world, state).values()] == list(range(40))
    for name in "01":
        assert [world.place(name).count(call) for call in ("fetch", "streams", "tail")] == [1, 1, 1]


def test_only_the_last_lines_are_kept(world: World) -> None:
    state = world.run(unit("a", log="".join(f"{number}\n" for number in range(100))))
    assert outcomes(world, state)["a"].log_tail == tuple(map(str, range(100 - TAIL_LINES, 100)))


def test_half_a_line_at_the_cut_is_left_out(world: World) -> None:
    state = world.run(unit("a", log="x" * 20_000 + "\nend\n"))
    assert outcomes(world, state)["a"].log_tail == ("end",)


def test_half_a_line_is_better_than_none(world: World) -> None:
    state = world.run(unit("a", log="x" * 20_000))
    assert outcomes(world, state)["a"].log_tail == ("x" * 16 * 1024,)


def test_the_exception_of_a_group_wins_over_values(world: World) -> None:
    group = replace(unit("g"), tasks=(task("x", value=1, log="x\n"), task("y", raises="boom", log="y\n")))
    outcome = outcomes(world, world.run(group))["g"]
    assert outcome.state is JobState.FAILED
    assert outcome.exception is not None
    assert outcome.log_tail == ("x", "y")


@pytest.mark.parametrize(
    ("call", "value", "log_tail"), [("streams", 7, ()), ("tail", 7, ()), ("fetch", None, ("x",))]
)
def test_what_a_silent_backend_keeps_is_left_out(
    world: World, call: str, value: object, log_tail: tuple[str, ...]
) -> None:
    state = world.run(unit("a", value=7, log="x\n"))
    world.place().silent.add(call)
    outcome = outcomes(world, state)["a"]
    assert (outcome.state, outcome.value, outcome.log_tail) == (JobState.SUCCEEDED, value, log_tail)


def test_what_a_host_keeps_that_cannot_be_connected_is_left_out(world: World) -> None:
    state = world.run(unit("a", value=7, log="x\n"), unit("b", value=8, place="there"))
    world.restart()
    world.place().silent.add("connect")
    found = outcomes(world, state)
    assert [(o.state, o.value) for o in found.values()] == [
        (JobState.SUCCEEDED, None),
        (JobState.SUCCEEDED, 8),
    ]


def test_a_backend_may_keep_nothing(world: World) -> None:
    world.bare = True
    state = world.run(unit("a", value=7, log="x\n", follow=True))
    assert states(state) == {"a": "SUCCEEDED"}
    assert world.lines() == []
    outcome = outcomes(world, state)["a"]
    assert (outcome.succeeded, outcome.value, outcome.log_tail) == (True, None, ())
