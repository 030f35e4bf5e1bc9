"""Backends, connections, workers, and the state of a run."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import metadata
from types import SimpleNamespace
from typing import Any

import pytest

from nemo_run_application.backends import (
    Backend,
    BackendRegistry,
    Capability,
    ConnectContext,
    Connection,
    discover,
)
from nemo_run_application.services import Connections, by_connection
from nemo_run_application.workers import Workers
from nemo_run_domain.errors import InvalidConfigError, NotFoundError
from nemo_run_domain.executor import ExecutorSettings
from pretend import HOME, PlaceSettings, World, unit


class TestRegistry:
    def test_a_subclass_is_served_by_the_nearest_backend(self, world: World) -> None:
        @dataclass(kw_only=True)
        class Mine(PlaceSettings):
            pass

        class Yours(Mine):
            pass

        mine = replace(world.backend, name="mine", settings=Mine)
        registry = BackendRegistry(lambda: [world.backend, mine])
        assert registry.for_executor(PlaceSettings()).name == "memory"
        assert registry.for_executor(Mine()).name == "mine"
        assert registry.for_executor(Yours()).name == "mine"

    def test_nothing_is_loaded_before_it_is_needed(self, world: World) -> None:
        asked = []

        def source() -> Iterator[Backend]:
            asked.append(1)
            yield world.backend

        registry = BackendRegistry(source)
        registry.register(replace(world.backend, name="other"))
        assert list(registry.known()) == ["other"]
        assert registry.named("other").name == "other"
        assert registry.for_executor(PlaceSettings()).name == "other"
        assert asked == []
        assert set(registry.all()) == {"other", "memory"}
        assert set(registry.all()) == {"other", "memory"}
        assert asked == [1]

    def test_what_is_registered_wins_over_what_is_installed(self, world: World) -> None:
        mine = replace(world.backend, capabilities=frozenset({Capability.REMOTE}))
        world.registry.register(mine)
        assert world.registry.all() == {"memory": mine}
        assert mine.can(Capability.REMOTE)
        assert not mine.can(Capability.DETACH)

    def test_an_unknown_name_lists_the_known_ones(self, world: World) -> None:
        with pytest.raises(NotFoundError, match=r"'nobody'.*\['memory'\]"):
            world.registry.named("nobody")

    def test_an_executor_that_nobody_serves_lists_the_backends(self, world: World) -> None:
        with pytest.raises(InvalidConfigError, match="installed backends: memory"):
            world.registry.for_executor(ExecutorSettings())
        with pytest.raises(InvalidConfigError, match="installed backends: none"):
            BackendRegistry(lambda: []).for_executor(ExecutorSettings())

    def test_settled_classes_load_nothing(self, world: World) -> None:
        @dataclass(kw_only=True)
        class Mine(PlaceSettings):
            pass

        registry = BackendRegistry(lambda: pytest.fail("loaded"), is_settled=lambda kind: kind is Mine)
        registry.register(world.backend)
        assert registry.for_executor(Mine()).name == "memory"

    def test_a_broken_package_is_logged_and_left_out(
        self, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken() -> Any:
            raise ImportError("no such SDK")

        found = [
            SimpleNamespace(name="bad", value="bad:backend", load=broken),
            SimpleNamespace(name="odd", value="odd:backend", load=lambda: 7),
            SimpleNamespace(name="good", value="good:backend", load=lambda: world.backend),
        ]
        monkeypatch.setattr(metadata, "entry_points", lambda *, group: found)
        with caplog.at_level(logging.WARNING):
            assert [backend.name for backend in discover()] == ["memory"]
        bad, odd = [record.getMessage() for record in caplog.records]
        assert "'bad' (bad:backend) cannot be loaded and is left out: no such SDK" in bad
        assert "'odd' (odd:backend) is no Backend descriptor" in odd


class TestConnections:
    def test_equal_keys_share_a_connection(self, world: World) -> None:
        connections = world.services.connections
        here = connections.get(PlaceSettings())
        assert connections.get(PlaceSettings(duration=3)) is here
        assert connections.get(PlaceSettings(place="there")) is not here

    def test_a_slow_host_does_not_hold_up_others(self, world: World) -> None:
        reached = threading.Event()

        def connect(context: ConnectContext, settings: Any) -> Connection:
            if settings.place == "slow":
                assert reached.wait(timeout=30)
            return world.backend.connect(context, settings)

        slow = replace(world.backend, connect=connect)
        connections = Connections(BackendRegistry(lambda: [slow]), ConnectContext(home=HOME))
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(connections.get, PlaceSettings(place="slow"))
            connections.get(PlaceSettings(place="fast"))
            reached.set()
            assert waiting.result() is connections.get(PlaceSettings(place="slow"))

    def test_by_default_a_backend_has_one(self, world: World) -> None:
        plain = Backend(name="plain", settings=PlaceSettings, connect=world.backend.connect)
        connections = Connections(BackendRegistry(lambda: [plain]), ConnectContext(home=HOME))
        assert connections.get(PlaceSettings()) is connections.get(PlaceSettings(place="there"))

    def test_several_threads_open_it_once(self, world: World) -> None:
        opened = []
        barrier = threading.Barrier(8)

        def connect(context: ConnectContext, settings: ExecutorSettings) -> Connection:
            opened.append(context.home)
            return world.backend.connect(context, settings)

        registry = BackendRegistry(lambda: [replace(world.backend, connect=connect)])
        connections = Connections(registry, ConnectContext(home=HOME))

        def get(_: int) -> int:
            barrier.wait(timeout=30)
            return id(connections.get(PlaceSettings()))

        workers = Workers(8)
        assert len(set(workers.map(get, range(8)))) == 1
        workers.close()
        assert opened == [HOME]

    def test_closing_lets_go_of_all_and_a_later_use_opens_again(self, world: World) -> None:
        connections = world.services.connections
        first = connections.get(PlaceSettings())
        connections.get(PlaceSettings(place="there"))
        connections.close()
        connections.close()
        assert [world.place(name).count("close") for name in ("here", "there")] == [1, 1]
        assert connections.get(PlaceSettings()) is not first

    def test_items_are_sorted_by_connection(self, world: World) -> None:
        connections = world.services.connections
        places = ["b", "a", "b", "c", "a"]
        groups = by_connection(enumerate(places), lambda item: connections.get(PlaceSettings(place=item[1])))
        assert [[number for number, _ in items] for _, items in groups] == [[0, 2], [1, 4], [3]]
        assert [connection for connection, _ in groups] == [
            connections.get(PlaceSettings(place=name)) for name in "bac"
        ]


class TestWorkers:
    @pytest.fixture
    def workers(self) -> Iterator[Workers]:
        workers = Workers(4)
        yield workers
        workers.close()

    def test_one_call_needs_no_thread(self, workers: Workers) -> None:
        assert workers.map(lambda _: threading.get_ident(), [1]) == [threading.get_ident()]
        assert workers.map(lambda _: pytest.fail("called"), []) == []

    def test_several_calls_run_side_by_side(self, workers: Workers) -> None:
        barrier = threading.Barrier(4)

        def call(number: int) -> int:
            barrier.wait(timeout=30)
            return number * number

        assert workers.map(call, range(4)) == [0, 1, 4, 9]

    def test_results_stand_in_order_whatever_the_number(self, workers: Workers) -> None:
        assert workers.map(str, range(100)) == [str(number) for number in range(100)]

    def test_the_first_error_is_raised_once_all_calls_ended(self, workers: Workers) -> None:
        done = []

        def call(number: int) -> None:
            if number in (1, 2):
                raise ValueError(number)
            done.append(number)

        with pytest.raises(ValueError, match="1"):
            workers.map(call, range(6))
        assert sorted(done) == [0, 3, 4, 5]

    def test_calls_see_the_context_of_the_caller(self, workers: Workers) -> None:
        variable = contextvars.ContextVar("variable", default="unset")
        variable.set("set")
        assert workers.map(lambda _: variable.get(), range(3)) == ["set"] * 3

    def test_after_closing_new_threads_start(self, workers: Workers) -> None:
        workers.close()
        assert workers.map(str, range(3)) == ["0", "1", "2"]
        workers.close()
        workers.close()
        assert workers.map(str, range(3)) == ["0", "1", "2"]


class TestRunState:
    def test_units_begin_unsubmitted(self, world: World) -> None:
        state = world.begin(unit("a"), unit("b", "a")).state
        assert {status.state.name for status in state.statuses.values()} == {"UNSUBMITTED"}
        assert not state.is_over
        assert state.open_units == []

    def test_open_units_stand_in_launch_order(self, world: World) -> None:
        state = world.begin(*(unit(name) for name in "abcdef")).state
        state.handles.update({"c": (), "a": ()})
        assert state.open_units == ["c", "a"]
        state.handles.update({"f": (), "b": (), "c": ()})
        state.ended.add("a")
        assert state.open_units == ["c", "f", "b"]
        state.ended.update("fc")
        state.handles["d"] = ()
        assert state.open_units == ["b", "d"]
        assert state.open_units == ["b", "d"]

    def test_a_request_to_cancel_wakes_the_watcher(self, world: World) -> None:
        state = world.begin(*(unit(name) for name in "abcd")).state
        assert state.take_cancelled() == []
        state.handles["a"] = ()
        state.ended.add("b")
        state.request_cancel(["d", "a", "b", "c"])
        assert state.changed.is_set()
        assert state.take_cancelled() == ["c", "d"]
        assert state.is_cancelled("a")
        assert not state.is_cancelled("nobody")
