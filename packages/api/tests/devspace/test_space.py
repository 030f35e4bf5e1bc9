"""Devspaces: what is asked of executors, and of the machine on the other side."""

from __future__ import annotations

import os
import shutil
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

import nemo_run as run
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer
from nemo_run.devspace.base import build, split_host
from nemo_run.exceptions import InvalidConfigError, UnsupportedFeatureError


class Callback:
    """As in the module of tunnels."""


@dataclass(kw_only=True)
class Place(run.LocalExecutor):
    """Can hold devspaces."""

    calls: ClassVar[list[Any]] = []
    answer: ClassVar[Any] = None

    def launch_devspace(self, space: Any, **options: Any) -> Any:
        self.calls.append(("launch", space.name, options))
        return self.answer

    def connect_devspace(self, space: Any, tunnel_dir: Path) -> Any:
        self.calls.append(("connect", space.name, tunnel_dir))
        return self.answer

    def refresh(self) -> None:
        self.calls.append(("refresh",))


@dataclass
class Disk:
    """A part of a place."""

    size: int = 1


@dataclass(kw_only=True)
class PlaceWithDisk(Place):
    disk: Disk | None = None


class Other:
    """Neither an executor nor data."""

    def __init__(self) -> None:
        pytest.fail("was made")


@dataclass(kw_only=True)
class Setup(run.Packager):
    """Tells that it was set up."""

    calls: ClassVar[list[Any]] = []

    def setup(self) -> None:
        Place.calls.append(("setup",))


@dataclass
class FakeTunnel:
    """A tunnel to a machine that has one file."""

    files: ClassVar[dict[str, str]] = {}
    kept: ClassVar[list[Any]] = []

    host: str = "h"
    user: str = "u"
    job_dir: str = ""
    session: Any = field(default=None, repr=False)

    def run(self, command: str, hide: Any = None) -> Any:
        name = command.removeprefix("cat ")
        if name not in self.files:
            raise RuntimeError(f"{name}: No such file")
        return types.SimpleNamespace(stdout=self.files[name] + "\n")

    def keep_alive(self, *callbacks: Any) -> None:
        self.kept.append((self.user, self.host, callbacks))


@pytest.fixture(autouse=True)
def fresh() -> None:
    Place.calls, Place.answer = [], None
    FakeTunnel.files, FakeTunnel.kept = {}, []


@pytest.fixture
def tunnels(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.machinery

    module: Any = types.ModuleType("nemo_run.core.tunnel.client")
    module.__spec__ = importlib.machinery.ModuleSpec(module.__name__, None)
    module.SSHTunnel, module.Callback = FakeTunnel, Callback
    monkeypatch.setitem(sys.modules, module.__name__, module)


def space_text(**fields: Any) -> str:
    return ZlibJSONSerializer().serialize(
        run.Config(run.DevSpace, name="mine", executor=run.Config(Place, nodes=2), **fields)
    )


class TestLaunch:
    def test_the_executor_is_told_everything(self) -> None:
        run.DevSpace(name="mine", executor=Place(), env_vars={"A": "1"}).launch()
        options = {"env_vars": {"A": "1"}, "add_workspace_to_pythonpath": True}
        assert Place.calls == [("launch", "mine", options)]

    def test_the_packager_is_set_up_when_asked_for(self) -> None:
        run.DevSpace("mine", Place(packager=Setup()), use_packager=True, cmd="refresh").launch()
        assert Place.calls == [("setup",), ("refresh",)]

    def test_another_command_gets_nothing(self) -> None:
        run.DevSpace("mine", Place(packager=Setup()), "refresh").launch()
        assert Place.calls == [("refresh",)]

    @pytest.mark.parametrize("command", ["launch_devspace", "nosuch", "nodes"])
    def test_a_command_that_the_executor_lacks(self, command: str) -> None:
        with pytest.raises(UnsupportedFeatureError, match=f"LocalExecutor.*{command}.*mine"):
            run.DevSpace("mine", run.LocalExecutor(), command).launch()

    def test_a_tunnel_is_kept_open(self, tunnels: None) -> None:
        place = Place()
        place.tunnel = FakeTunnel()  # type: ignore[attr-defined]
        Place.answer = callback = Callback()
        run.DevSpace("mine", place).launch()
        assert FakeTunnel.kept == [("u", "h", (callback,))]

    def test_anything_else_it_returns_is_left_alone(self, tunnels: None) -> None:
        Place.answer = "a text"
        run.DevSpace("mine", Place()).launch()
        assert FakeTunnel.kept == []


class TestLaunchByWords:
    def test_the_next_space_is_made_of_something_else(self) -> None:
        from nemo_run.cli import devspace

        config = run.Partial(
            devspace.launch, space=run.Config(run.DevSpace, name="first", executor=run.Config(Place))
        )
        first: Any
        devspace.launch.__io__ = config  # type: ignore[attr-defined]
        devspace.launch(first := run.DevSpace("first", Place()))
        devspace.launch(second := run.DevSpace("second", Place()))
        assert first.__io__ is config.space
        assert not hasattr(second, "__io__")
        assert [call[1] for call in Place.calls] == ["first", "second"]


class TestConnect:
    @pytest.mark.parametrize("host", ["", "node", "@node", "ann@", "@"])
    def test_a_host_must_be_whole(self, host: str) -> None:
        with pytest.raises(InvalidConfigError, match="user@hostname"):
            run.DevSpace.connect(host, "/x")

    def test_names_with_an_at_sign(self) -> None:
        assert split_host("ann@corp@node") == ("ann@corp", "node")

    @pytest.mark.skipif(
        (Path(run.__file__).parent / "core/tunnel/client.py").exists(), reason="this version has tunnels"
    )
    def test_a_version_without_tunnels_says_so(self) -> None:
        with pytest.raises(UnsupportedFeatureError, match="SSH tunnel is not part of"):
            run.DevSpace.connect("ann@node", "/x")

    def test_the_space_is_read_from_there(self, tunnels: None) -> None:
        FakeTunnel.files = {"'/x y/devspace.zlib'": space_text()}
        Place.answer = callback = Callback()
        run.DevSpace.connect("ann@node", "/x y")
        assert Place.calls == [("connect", "mine", Path("/x y"))]
        assert FakeTunnel.kept == [("ann", "node", (callback,))]

    def test_no_space_there(self, tunnels: None) -> None:
        with pytest.raises(ValueError, match="Could not find the devspace at ann@node:/x"):
            run.DevSpace.connect("ann@node", "/x")

    def test_an_executor_that_cannot(self, tunnels: None) -> None:
        config = run.Config(run.DevSpace, name="mine", executor=run.Config(run.LocalExecutor))
        FakeTunnel.files = {"/x/devspace.zlib": ZlibJSONSerializer().serialize(config)}
        with pytest.raises(UnsupportedFeatureError, match="LocalExecutor"):
            run.DevSpace.connect("ann@node", "/x")


class TestBuild:
    def test_the_configurations_stay_attached(self) -> None:
        space: Any = build(space_text(env_vars={"A": "1"}))
        assert (space.name, space.executor.nodes, space.env_vars) == ("mine", 2, {"A": "1"})
        assert space.__io__.name == "mine"
        assert space.executor.__io__.nodes == 2

    @pytest.mark.parametrize("text", ["", "nonsense", "bm9uc2Vuc2U="])
    def test_a_text_that_says_nothing(self, text: str) -> None:
        with pytest.raises(InvalidConfigError, match="devspace cannot be read"):
            build(text)

    def test_a_text_about_something_else(self) -> None:
        text = ZlibJSONSerializer().serialize(run.Config(run.LocalExecutor))
        with pytest.raises(InvalidConfigError, match="no DevSpace"):
            build(text)

    @pytest.mark.parametrize("call", [run.Config, run.Partial])
    def test_what_is_no_space_is_not_even_called(self, call: Any, tmp_path: Path) -> None:
        text = ZlibJSONSerializer().serialize(call(os.makedirs, str(tmp_path / "made")))
        with pytest.raises(InvalidConfigError, match="no DevSpace"):
            build(text)
        assert not (tmp_path / "made").exists()

    @pytest.mark.parametrize("wrapped", [lambda it: it, lambda it: [it], lambda it: {"A": (it,)}])
    def test_nothing_inside_is_called_that_is_no_part_of_a_space(self, wrapped: Any, tmp_path: Path) -> None:
        file = tmp_path / "made"
        call = run.Config(shutil.copyfile, src=__file__, dst=str(file))
        with pytest.raises(InvalidConfigError, match=r"shutil\.copyfile called, which is refused"):
            build(space_text(env_vars=wrapped(call)))
        assert not file.exists()

    def test_classes_that_are_no_part_of_a_space(self) -> None:
        with pytest.raises(InvalidConfigError, match=r"Other called, which is refused"):
            build(space_text(env_vars=run.Config(Other)))

    def test_data_of_an_executor_is_a_part(self) -> None:
        place = run.Config(PlaceWithDisk, disk=run.Config(Disk, size=3), packager=run.Config(Setup))
        config = run.Config(run.DevSpace, name="mine", executor=place)
        space: Any = build(ZlibJSONSerializer().serialize(config))
        assert space.executor.disk == Disk(3)

    def test_a_space_without_an_executor(self) -> None:
        text = ZlibJSONSerializer().serialize(run.Config(run.DevSpace, name="mine"))
        with pytest.raises(InvalidConfigError, match=r"devspace cannot be made.*executor"):
            build(text)
