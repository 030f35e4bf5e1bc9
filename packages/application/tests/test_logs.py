"""Output: no line is lost, none is told twice, and all come before the end is told."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from nemo_run_adapters.memory.clock import FakeClock
from nemo_run_adapters.memory.cluster import MemoryCluster
from nemo_run_application.events import JobChanged, LogLine
from nemo_run_application.follow_logs import LogFollower
from nemo_run_domain.job import JobHandle, JobState
from nemo_run_domain.topology import Topology
from pretend import Place, PlaceLogs, World, states, task, unit


def test_no_line_of_a_job_that_ends_at_once_is_lost(world: World) -> None:
    text = "".join(f"line {number}\n" for number in range(300)) + "no line end"
    world.run(unit("a", log=text, follow=True))
    assert world.lines() == [*(f"line {number}" for number in range(300)), "no line end"]


def test_output_comes_before_the_end(world: World) -> None:
    world.run(*(unit(name, log="x\ny\n", follow=True, place=name) for name in "abc"))
    events = world.events(LogLine, JobChanged)
    for name in "abc":
        of_job = [type(e) for e in events if isinstance(e, (LogLine, JobChanged)) and e.job == name]
        assert of_job == [LogLine, LogLine, JobChanged]


def test_dependants_start_behind_the_output(world: World) -> None:
    world.run(unit("a", log="x\n", follow=True), unit("b", "a", log="y\n", follow=True))
    assert world.lines() == ["x", "y"]


def test_only_followed_units_are_read(world: World) -> None:
    world.run(unit("quiet", log="no\n"), unit("loud", log="yes\n", follow=True))
    assert world.lines() == ["yes"]


def test_lines_appear_while_the_job_runs(world: World) -> None:
    watch = world.begin(unit("a", auto=False, follow=True))
    watch.start()
    place = world.place()
    job = place.job_of("a")
    world.clock.after(1, lambda: place.cluster.write(job, "one\ntw"))
    world.clock.after(2, lambda: place.cluster.write(job, "o\n"))
    assert not watch.wait(timeout=1.5)
    assert world.lines() == ["one"]
    assert not watch.wait(timeout=1)
    assert world.lines() == ["one", "two"]


def test_every_role_and_replica_is_told_apart(world: World) -> None:
    members = (replace(task("x", log="1\n"), topology=Topology(nodes=2)), task("y", log="2\n"))
    world.run(replace(unit("g", follow=True), tasks=members))
    assert sorted((e.job, e.role, e.replica, e.line) for e in world.reporter.of(LogLine)) == [
        ("g", "x", 0, "1\n"),
        ("g", "x", 1, "1\n"),
        ("g", "y", 0, "2\n"),
    ]


def test_jobs_that_end_together_are_read_together(world: World) -> None:
    state = world.run(*(unit(f"u{number}", log="abc\n", follow=True) for number in range(100)))
    assert set(states(state).values()) == {"SUCCEEDED"}
    assert len(world.lines()) == 100
    assert world.place().count("streams") == 1
    assert world.place().count("read") <= 4


def test_cancelled_jobs_show_what_they_printed(world: World) -> None:
    watch = world.begin(unit("a", auto=False, log="begun\n", follow=True))
    watch.start()
    world.clock.after(1, lambda: world.place().cluster.cancel([world.place().job_of("a")]))
    assert watch.wait()
    assert world.lines() == ["begun"]
    assert watch.state.statuses["a"].state is JobState.CANCELLED


class TestFollower:
    def started(self, world: World, **settings: object) -> tuple[Place, tuple[JobHandle, ...]]:
        watch = world.begin(unit("a", **settings))
        watch.start()
        return world.place(), watch.state.handles["a"]

    def test_a_pattern_chooses_lines(self, world: World) -> None:
        place, handles = self.started(world, log="loss 1\nother\nloss 2\n")
        lines: list[str] = []
        follower = LogFollower(PlaceLogs(place), lambda _, line: lines.append(line), re.compile("loss"))
        assert follower.finish(handles)
        assert lines == ["loss 1\n", "loss 2\n"]

    def test_reading_says_whether_there_was_anything(self, world: World) -> None:
        place, handles = self.started(world, log="x\n", auto=False)
        follower = LogFollower(PlaceLogs(place), lambda *_: None)
        assert follower.read(handles)
        assert not follower.read(handles)
        place.silent.add("read")
        assert not follower.read(handles)

    def test_a_job_without_output_yet_is_looked_up_again(self, world: World) -> None:
        place, handles = self.started(world, log="x\n")
        stranger = JobHandle("memory", "nobody")
        follower = LogFollower(PlaceLogs(place), lambda *_: None)
        assert follower.read([*handles, stranger])
        follower.read([*handles, stranger])
        assert [about for call, about in place.calls if call == "streams"] == [
            (*handles, stranger),
            (stranger,),
        ]

    def test_an_unreadable_end_still_shows_what_came(self, world: World) -> None:
        place, handles = self.started(world, log="one\ntwo\nthree")
        lines: list[str] = []
        follower = LogFollower(PlaceLogs(place), lambda _, line: lines.append(line))
        follower.read(handles)
        place.silent.add("read")
        assert not follower.finish(handles)
        assert lines == ["one\n", "two\n"]


@given(st.lists(st.tuples(st.text("abé\n\r ", max_size=12), st.booleans()), max_size=12), st.integers(1, 9))
def test_whatever_is_written_is_told_line_by_line(writes: list[tuple[str, bool]], chunk: int) -> None:
    place = Place(MemoryCluster(clock=FakeClock()))
    world = World()
    world.places["here"] = place
    watch = world.begin(unit("a", auto=False))
    watch.start()
    handles = watch.state.handles["a"]
    lines: list[str] = []
    follower = LogFollower(PlaceLogs(place, chunk), lambda _, line: lines.append(line))
    for text, look in writes:
        place.cluster.write(place.job_of("a"), text)
        if look:
            follower.read(handles)
    follower.finish(handles)
    text = "".join(text for text, _ in writes)
    assert "".join(lines) == text + ("" if text.endswith("\n") or not text else "\n")
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
