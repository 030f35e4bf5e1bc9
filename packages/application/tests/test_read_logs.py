"""Reading the output of a saved job, once or to its end."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nemo_run_adapters.memory.scheduler import NAME
from nemo_run_application.read_logs import BREATH, FIRST_PAUSE, LONGEST_PAUSE, ReadLogs
from nemo_run_application.watch import WatchRun
from nemo_run_domain.errors import BackendUnavailableError, NotFoundError, UnsupportedFeatureError
from nemo_run_domain.job import JobHandle
from nemo_run_domain.layout import direct_log
from pretend import GRACE, World, addresses, unit


def started(world: World, **settings: Any) -> WatchRun:
    watch = world.begin(unit("a", **settings))
    watch.start()
    return watch


def read(world: World, watch: WatchRun, *, follow: bool = False, pattern: str = "") -> list[str]:
    lines: list[str] = []
    reader = ReadLogs(world.services, lambda _, line: lines.append(line), re.compile(pattern))
    reader(watch.state.experiment.directory, addresses(watch.state)[0], follow=follow)
    return lines


class TestOnce:
    def test_every_line_there_is(self, world: World) -> None:
        assert read(world, started(world, log="one\ntwo", auto=False)) == ["one\n", "two\n"]
        assert world.clock.slept == []

    def test_a_pattern_chooses_lines(self, world: World) -> None:
        assert read(world, started(world, log="loss 1\nother\n"), pattern="^loss") == ["loss 1\n"]

    def test_of_a_job_that_was_not_launched(self, world: World) -> None:
        with pytest.raises(NotFoundError, match="'a' has no output: it was not launched"):
            read(world, world.begin(unit("a")))

    def test_of_a_backend_that_keeps_none(self, world: World) -> None:
        world.bare = True
        with pytest.raises(UnsupportedFeatureError, match="'a'"):
            read(world, started(world))

    def test_of_a_silent_backend(self, world: World) -> None:
        watch = started(world, log="one\n")
        world.place().silent.add("read")
        with pytest.raises(BackendUnavailableError, match="'a' could not be read to its end"):
            read(world, watch)


class TestDirect:
    """Jobs that ran in the launching process left a file."""

    @pytest.fixture
    def watch(self, world: World) -> WatchRun:
        watch = world.begin(unit("a"))
        folder = addresses(watch.state)[0].executor.job_dir
        world.store.create(folder, exist_ok=True)
        world.store.write(folder, {direct_log("a"): b"one\ntwo\nthr\xffee"})
        return watch

    @pytest.mark.parametrize("follow", [False, True])
    def test_every_line_there_is(self, world: World, watch: WatchRun, follow: bool) -> None:
        assert read(world, watch, follow=follow) == ["one\n", "two\n", "thr\ufffdee\n"]

    def test_a_pattern_chooses_lines(self, world: World, watch: WatchRun) -> None:
        assert read(world, watch, pattern="^t") == ["two\n", "thr\ufffdee\n"]

    def test_lines_tell_whose_they_are(self, world: World, watch: WatchRun) -> None:
        streams = []
        ReadLogs(world.services, lambda stream, _: streams.append(stream))(
            watch.state.experiment.directory, addresses(watch.state)[0]
        )
        assert {(s.handle, s.role, s.replica) for s in streams} == {(JobHandle(NAME, "a_direct_run"), "a", 0)}


class TestFollow:
    @pytest.mark.parametrize("notifies", [False, True])
    def test_it_ends_with_the_job_and_loses_nothing(self, world: World, notifies: bool) -> None:
        world.notifies = notifies
        watch = started(world, auto=False, log="begun\n")
        cluster, job = world.place().cluster, world.place().job_of("a")
        world.clock.after(3, lambda: cluster.write(job, "go"))
        world.clock.after(5, lambda: cluster.write(job, "ne\nlast words"))
        world.clock.after(5, lambda: cluster.finish(job))
        assert read(world, watch, follow=True) == ["begun\n", "gone\n", "last words\n"]

    def test_a_notifier_saves_waiting(self, world: World) -> None:
        world.notifies = True
        watch = started(world, auto=False)
        world.clock.after(60, lambda: world.place().cluster.finish(world.place().job_of("a")))
        read(world, watch, follow=True)
        assert world.clock.passed == pytest.approx(60, abs=LONGEST_PAUSE)

    def test_it_looks_more_and_more_rarely(self, world: World) -> None:
        read(world, started(world, duration=60), follow=True)
        assert world.clock.slept[0] == FIRST_PAUSE
        assert world.clock.slept == sorted(world.clock.slept)
        assert world.clock.slept[-1] == LONGEST_PAUSE
        assert world.place().count("poll") < 65

    def test_output_makes_it_look_often_again(self, world: World) -> None:
        watch = started(world, duration=60)
        world.clock.after(30, lambda: world.place().cluster.write(world.place().job_of("a"), "x\n"))
        assert read(world, watch, follow=True) == ["x\n"]
        index = world.clock.slept.index(BREATH)
        assert world.clock.slept[index - 1] == LONGEST_PAUSE
        assert world.clock.slept[index + 1] == FIRST_PAUSE

    def test_a_job_that_has_ended_is_not_waited_for(self, world: World) -> None:
        assert read(world, started(world, log="x\n"), follow=True) == ["x\n"]
        assert sum(world.clock.slept) < FIRST_PAUSE

    def test_it_ends_when_the_job_is_lost(self, world: World) -> None:
        watch = started(world, auto=False, log="x\n")
        world.place().forgotten.add(world.place().job_of("a"))
        assert read(world, watch, follow=True) == ["x\n"]
        assert world.clock.passed == pytest.approx(GRACE, abs=2)

    def test_a_backend_may_be_silent_for_a_while(self, world: World) -> None:
        watch = started(world, duration=20, log="x\n")
        world.place().silent.update({"read", "poll"})
        world.clock.after(10, world.place().silent.clear)
        assert read(world, watch, follow=True) == ["x\n"]

    def test_a_job_that_is_about_to_be_launched_is_waited_for(self, world: World) -> None:
        watch = world.begin(unit("a", log="x\n"))
        let_go = world.store.hold(watch.state.experiment.directory)
        assert let_go is not None
        world.clock.after(5, watch.start)
        assert read(world, watch, follow=True) == ["x\n"]

    def test_a_job_that_nobody_will_launch_is_not_waited_for(self, world: World) -> None:
        watch = world.begin(unit("a"))
        let_go = world.store.hold(watch.state.experiment.directory)
        assert let_go is not None
        world.clock.after(5, let_go)
        with pytest.raises(NotFoundError, match="not launched"):
            read(world, watch, follow=True)
