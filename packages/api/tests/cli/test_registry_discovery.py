"""Plug-in packages and the workspace file, found and loaded once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nemo_run._registry import discovery
from nemo_run._registry._once import Once
from nemo_run._registry.errors import WorkspaceError
from nemo_run.cli import api
from nemo_run.exceptions import InvalidConfigError, UntrustedFileError

Plugin = Callable[[str, str, str], None]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Forget what was loaded, and look for files in an empty folder only."""
    monkeypatch.setattr(discovery.load_plugins, "_is_done", False)
    monkeypatch.setattr(discovery.load_workspace, "_is_done", False)
    monkeypatch.setattr(discovery, "_failures", {})
    monkeypatch.setattr(discovery, "_reported", set())
    discovery._plugins.cache_clear()
    monkeypatch.delenv("INCLUDE_WORKSPACE_FILE", raising=False)
    monkeypatch.setattr("nemo_run.config._home", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "project" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project" / "deep")
    monkeypatch.setitem(sys.modules, "seen", seen := type(sys)("seen"))
    seen.times = []  # type: ignore[attr-defined]


def seen() -> list[str]:
    return sys.modules["seen"].times


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugin:
    """Return what installs a package with an entry point: name, module, source."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def install(name: str, module: str, source: str) -> None:
        (site / f"{module}.py").write_text(source)
        info = site / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[nemo_run.cli]\n{name} = {module}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)
        discovery._plugins.cache_clear()

    return install


class TestPlugins:
    def test_names_are_known_without_importing(self, plugin: Plugin) -> None:
        plugin("words", "plug_words", "raise SystemExit(3)")
        assert "words" in discovery.plugin_names()
        assert "plug_words" not in sys.modules

    def test_each_is_imported_once(self, plugin: Plugin) -> None:
        plugin("one", "plug_one", "import seen; seen.times.append('one')")
        plugin("two", "plug_two", "import seen; seen.times.append('two')")
        discovery.load_plugins()
        discovery.load_plugins()
        assert sorted(seen()) == ["one", "two"]

    def test_two_packages_may_share_a_name(self, plugin: Plugin) -> None:
        plugin("same", "plug_a", "import seen; seen.times.append('a')")
        plugin("same", "plug_b", "import seen; seen.times.append('b')")
        discovery.load_plugins()
        assert sorted(seen()) == ["a", "b"]
        assert discovery.plugin_names().count("same") == 1

    @pytest.mark.parametrize(
        ("source", "told"),
        [
            ("import no_such_module_here", "ModuleNotFoundError: No module named 'no_such_module_here'"),
            ("raise ValueError('one\\ntwo')", "ValueError: one two"),
            ("raise SystemExit", "SystemExit"),
            ("def (", "SyntaxError: "),
        ],
    )
    def test_a_broken_one_is_told_once_and_only_where_it_matters(
        self, source: str, told: str, plugin: Plugin, capsys: pytest.CaptureFixture[str]
    ) -> None:
        plugin("broken", "plug_broken", source)
        plugin("whole", "plug_whole", "import seen; seen.times.append('whole')")
        discovery.load_plugins()
        assert seen() == ["whole"]
        assert list(discovery.failures()) == ["broken"]
        discovery.report("whole")
        assert capsys.readouterr() == ("", "")
        discovery.report("broken")
        discovery.report()
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"Couldn't load entrypoint broken: {told}")
        assert err.count("\n") == 1

    def test_one_that_asks_what_is_registered_while_it_is_imported(self, plugin: Plugin) -> None:
        plugin("asks", "plug_asks", "import nemo_run.cli as c, seen; seen.times.append(c.list_entrypoints())")
        discovery.load_plugins()
        assert len(seen()) == 1

    def test_a_factory_that_is_missing_may_have_been_in_a_broken_one(
        self, plugin: Plugin, capsys: pytest.CaptureFixture[str]
    ) -> None:
        plugin("broken", "plug_broken", "1 / 0")
        with pytest.raises(LookupError):
            api.resolve_factory("no.such", "thing")
        assert "Couldn't load entrypoint broken: ZeroDivisionError" in capsys.readouterr().err


def write(path: Path, name: str) -> Path:
    path.write_text(f"import seen\nseen.times.append({name!r})\n")
    return path


class TestWhichWorkspace:
    @pytest.mark.parametrize(
        ("there", "chosen"),
        [
            ([], None),
            (["home/workspace.py"], "home/workspace.py"),
            (["home/workspace_private.py"], None),
            (["home/workspace.py", "workspace.py"], "workspace.py"),
            (["workspace.py", "project/workspace.py"], "project/workspace.py"),
            (["project/workspace.py", "project/deep/workspace.py"], "project/deep/workspace.py"),
            (
                ["project/deep/workspace.py", "project/deep/workspace_private.py"],
                "project/deep/workspace_private.py",
            ),
            (["project/workspace_private.py", "project/deep/workspace.py"], "project/deep/workspace.py"),
        ],
    )
    def test_the_closest_one_and_that_of_the_home_last(
        self, there: list[str], chosen: str | None, tmp_path: Path
    ) -> None:
        for name in there:
            write(tmp_path / name, name)
        assert api._search_workspace_file() == (None if chosen is None else str(tmp_path / chosen))
        discovery.load_workspace()
        assert seen() == ([] if chosen is None else [chosen])

    def test_without_a_current_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path / "home" / "workspace.py", "home")
        gone = tmp_path / "gone"
        gone.mkdir()
        monkeypatch.chdir(gone)
        gone.rmdir()
        discovery.load_workspace()
        assert seen() == ["home"]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
    @pytest.mark.parametrize("given", ["project/workspace.py", "project", "project/deep"])
    def test_what_others_put_above_is_left_alone(self, given: str, tmp_path: Path) -> None:
        write(tmp_path / "home" / "workspace.py", "home")
        write(tmp_path / "project" / "workspace.py", "theirs")
        os.chown(tmp_path / given, 12345, 12345)
        discovery.load_workspace()
        assert seen() == ["home"]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
    @pytest.mark.parametrize("place", ["project/deep", "home"])
    def test_what_others_put_here_is_told(self, place: str, tmp_path: Path) -> None:
        write(tmp_path / place / "workspace.py", "theirs")
        os.chown(tmp_path / place / "workspace.py", 12345, 12345)
        with pytest.raises(UntrustedFileError):
            discovery.load_workspace()

    def test_a_folder_of_that_name_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "project" / "deep" / "workspace.py").mkdir()
        write(tmp_path / "project" / "workspace.py", "parent")
        discovery.load_workspace()
        assert seen() == ["parent"]


class TestExecution:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return write(tmp_path / "project" / "deep" / "workspace.py", "it")

    def test_once(self, file: Path) -> None:
        api._load_workspace()
        discovery.load_workspace()
        assert seen() == ["it"]
        api._load_workspace.cache_clear()
        discovery.load_workspace()
        assert seen() == ["it", "it"]

    @pytest.mark.parametrize(
        ("value", "times"),
        [("true", 1), ("TRUE", 1), (" True ", 1), ("false", 0), ("0", 0), ("", 0), ("yes", 0)],
    )
    def test_the_switch_is_read_when_it_is_needed(
        self, value: str, times: int, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("INCLUDE_WORKSPACE_FILE", value)
        assert api.INCLUDE_WORKSPACE_FILE is bool(times)
        discovery.load_workspace()
        assert len(seen()) == times

    def test_a_program_switches_it_off(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(api, "INCLUDE_WORKSPACE_FILE", False, raising=False)
        discovery.load_workspace()
        assert seen() == []

    def test_as_a_module_that_nobody_can_import(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(sys.modules, "workspace", raising=False)
        file.write_text("import seen; seen.times.append((__name__, __file__))")
        discovery.load_workspace()
        assert seen() == [("workspace", str(file))]
        assert "workspace" not in sys.modules

    def test_a_module_of_that_name_stays(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "workspace", mine := type(sys)("workspace"))
        discovery.load_workspace()
        assert sys.modules["workspace"] is mine

    def test_dataclasses_can_be_defined(self, file: Path) -> None:
        file.write_text(
            "from __future__ import annotations\n"
            "import seen\n"
            "from dataclasses import dataclass\n"
            "@dataclass\n"
            "class Net:\n"
            "    width: int = 8\n"
            "seen.times.append(Net())\n"
        )
        discovery.load_workspace()
        assert [thing.width for thing in seen()] == [8]  # type: ignore[attr-defined]

    def test_it_may_ask_what_is_registered(self, file: Path) -> None:
        file.write_text("import nemo_run.cli as c, seen; seen.times.append(c.list_factories('no.such'))")
        discovery.load_workspace()
        assert seen() == [[]]


class TestErrors:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "project" / "deep" / "workspace.py"

    @pytest.mark.parametrize(
        ("source", "line", "told"),
        [
            ("x = 1\ny = x / 0\n", 2, "ZeroDivisionError: division by zero"),
            (
                "\n\nimport no_such_thing_here\n",
                3,
                "ModuleNotFoundError: No module named 'no_such_thing_here'",
            ),
            ("def f():\n    raise KeyError('a\\nb')\n\nf()\n", 2, "KeyError: "),
            ("x = 1\nif x\n", 2, "SyntaxError: expected ':'"),
            ("import json\njson.loads('{')\n", 2, "JSONDecodeError: "),
            ("import sys\nsys.exit(0)\n", 2, "SystemExit: 0; "),
            ("\nraise SystemExit\n", 2, "SystemExit; "),
        ],
    )
    def test_they_name_file_and_line(self, source: str, line: int, told: str, file: Path) -> None:
        file.write_text(source)
        with pytest.raises(WorkspaceError) as info:
            discovery.load_workspace()
        message = str(info.value)
        assert message.startswith(f"workspace file {file}, line {line}: {told}")
        assert "INCLUDE_WORKSPACE_FILE=false" in message
        assert "\n" not in message
        assert isinstance(info.value, InvalidConfigError)
        assert info.value.__cause__ is not None

    def test_it_is_executed_again_after_an_error(self, file: Path) -> None:
        file.write_text("1 / 0")
        with pytest.raises(WorkspaceError):
            discovery.load_workspace()
        write(file, "repaired")
        discovery.load_workspace()
        assert seen() == ["repaired"]

    def test_ctrl_c_ends_the_program(self, file: Path) -> None:
        file.write_text("raise KeyboardInterrupt")
        with pytest.raises(KeyboardInterrupt):
            discovery.load_workspace()

    def test_bytes_that_are_no_text(self, file: Path) -> None:
        file.write_bytes(b"x = '\xff'\n")
        with pytest.raises(WorkspaceError, match="SyntaxError"):
            discovery.load_workspace()

    def test_others_may_write_to_it(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(file, "never")
        file.chmod(0o666)
        if os.geteuid() == 0:  # who may be given files that a group can change
            os.chown(file, 1000, 1000)
            monkeypatch.setattr(os, "geteuid", lambda: 1000)
        with pytest.raises(
            UntrustedFileError, match=r"workspace file .*chmod go-w .*INCLUDE_WORKSPACE_FILE=false"
        ):
            discovery.load_workspace()
        assert seen() == []

    def test_it_belongs_to_somebody_else(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(file, "never")
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        with pytest.raises(
            UntrustedFileError, match=r"workspace file .*copy it.*INCLUDE_WORKSPACE_FILE=false"
        ):
            discovery.load_workspace()
        assert seen() == []


class TestOnce:
    def test_a_failure_does_not_count(self) -> None:
        calls: list[int] = []

        def work() -> None:
            calls.append(1)
            if len(calls) == 1:
                raise ValueError

        once = Once(work)
        with pytest.raises(ValueError, match=r"^$"):
            once()
        once()
        once()
        assert len(calls) == 2

    def test_it_looks_like_the_function(self) -> None:
        assert discovery.load_workspace.__name__ == "load_workspace"  # type: ignore[attr-defined]
        assert "workspace file" in str(discovery.load_workspace.__doc__)


def test_everything_is_listed_after_both_were_loaded(plugin: Plugin, tmp_path: Path) -> None:
    plugin("one", "plug_one", "import seen; seen.times.append('plugin')")
    write(tmp_path / "project" / "deep" / "workspace.py", "workspace")
    calls: list[Any] = [api.list_entrypoints, lambda: api.list_factories("x.y")]
    for call in calls:
        call()
    assert seen() == ["plugin", "workspace"]
