"""Simple commands: words only, no options, no question."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

import nemo_run as run
from nemo_run._registry import discovery
from nemo_run.cli.api import Entrypoint

calls: list[Any] = []


@dataclass
class Net:
    width: int = 8


@run.cli.factory
def wide(width: int = 64) -> run.Config[Net]:
    return run.Config(Net, width=width)


def fit(net: Net, steps: int = 10, title: str = "t") -> None:
    """Fit a net.

    Args:
        net: What to fit.
    """
    calls.append((net, steps, title))


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    calls.clear()
    monkeypatch.setattr(discovery.load_workspace, "_is_done", True)
    monkeypatch.setattr(discovery.load_plugins, "_is_done", True)


def invoke(fn: Any, *words: str, kind: type[Entrypoint] = Entrypoint) -> Result:
    """Run a function as the only command of an application."""
    app = typer.Typer(add_completion=False)
    kind(fn, "llm", enable_executor=False).cli(app)
    return CliRunner().invoke(app, list(words), prog_name="prog")


class TestWords:
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (["net=wide"], (Net(64), 10, "t")),
            (["net=wide(width=2)", "steps=3"], (Net(2), 3, "t")),
            (["net=wide", "net.width=5", "title=a=b"], (Net(5), 10, "a=b")),
            (["wide"], (Net(64), 10, "t")),
            (["wide(16)", "4"], (Net(16), 4, "t")),
            (["wide", "4", "title=x"], (Net(64), 4, "x")),
            (["net=wide", "steps*=3"], (Net(64), 30, "t")),
        ],
    )
    def test_they_set_the_parameters(self, words: list[str], expected: Any) -> None:
        done = invoke(fit, *words)
        assert (done.exit_code, done.output) == (0, "")
        assert calls == [expected]

    def test_the_function_has_its_configuration_while_it_runs(self) -> None:
        def asks(net: Net, steps: int = 10) -> None:
            calls.append(asks.__io__)  # type: ignore[attr-defined]
            if steps == 4:
                raise ValueError("an end")

        for steps in (3, 4):
            invoke(asks, "net=wide", f"steps={steps}")
            assert calls.pop() == run.Partial(asks, net=run.Config(Net, width=64), steps=steps)
            assert not hasattr(asks, "__io__")

    def test_an_older_configuration_is_put_back(self) -> None:
        def asks(steps: int = 10) -> None:
            calls.append(asks.__io__.steps)  # type: ignore[attr-defined]

        asks.__io__ = older = run.Partial(asks, steps=1)  # type: ignore[attr-defined]
        invoke(asks, "steps=2")
        assert calls == [2]
        assert asks.__io__ is older  # type: ignore[attr-defined]

    def test_functions_that_take_no_attribute(self) -> None:
        class Thing:
            def act(self, x: int) -> None:
                calls.append(x)

        assert invoke(Thing().act, "x=3").exit_code == 0
        assert calls == [3]


class TestErrors:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["net=wide", "steps=x"], "steps"),
            (["net=wide", "stpes=1"], "Did you mean 'steps'?"),
            (["steps=1"], "no value for net"),
            (["steps=1", "wide"], "after keyword"),
            (["wide", "1", "a", "b"], "Too many positional arguments"),
        ],
    )
    def test_of_words(self, words: list[str], told: str) -> None:
        done = invoke(fit, *words)
        assert done.exit_code == 1
        assert done.output.startswith("Error: ")
        assert told in done.output
        assert done.output.count("\n") == 1
        assert calls == []

    def test_of_the_function(self) -> None:
        def fail() -> None:
            raise KeyError("one\ntwo")

        done = invoke(fail)
        assert done.exit_code == 1
        assert done.output.startswith("Error: ")
        assert isinstance(done.exception, SystemExit)

    def test_of_a_workspace_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "workspace.py").write_text("\n1 / 0\n")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(discovery.load_workspace, "_is_done", False)
        done = invoke(fit, "net=wide")
        assert done.exit_code == 1
        assert done.output.startswith(
            f"Error: workspace file {tmp_path}/workspace.py, line 2: ZeroDivisionError"
        )
        assert calls == []

    @pytest.mark.parametrize("code", [0, 7])
    def test_the_function_may_end_the_program(self, code: int) -> None:
        def leave() -> None:
            raise typer.Exit(code)

        assert invoke(leave).exit_code == code

    @pytest.mark.parametrize("word", ["--steps=5", "--yes", "--dryrun", "-y"])
    def test_there_are_no_options(self, word: str) -> None:
        done = invoke(fit, "net=wide", word)
        assert done.exit_code == 2
        assert "No such option" in done.output
        assert calls == []

    def test_what_an_option_was_meant_to_be(self) -> None:
        assert "steps=5" in invoke(fit, "net=wide", "--steps=5").output


class TestHelp:
    def test_it_tells_about_the_function(self) -> None:
        done = invoke(fit, "--help")
        assert done.exit_code == 0
        assert "Fit a net." in done.output
        assert "What to fit" in done.output or "Args:" not in done.output
        assert "--help" in done.output
        assert "--dryrun" not in done.output
        assert calls == []

    def test_without_a_command_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        Entrypoint(fit, "llm").help()
        assert "wide" in capsys.readouterr().out


class TestSubclasses:
    def test_they_execute_in_their_own_way(self) -> None:
        from rich.console import Console

        class Mine(Entrypoint):
            def _execute_simple(self, args: list[str], console: Any) -> None:
                calls.append((self.fn, self.name, self.namespace, args))
                assert isinstance(console, Console)

        assert invoke(fit, "net=wide", "steps=1", kind=Mine).exit_code == 0
        assert calls == [(fit, "fit", "llm", ["net=wide", "steps=1"])]

    def test_the_documented_sequence(self) -> None:
        import fiddle as fdl

        from nemo_run.cli.cli_parser import parse_cli_args

        class Mine(Entrypoint):
            def _execute_simple(self, args: list[str], console: Any) -> None:
                config = parse_cli_args(self.fn, args, run.Partial)
                assert set(config.__arguments__) == {"net", "steps"}
                built = fdl.build(config)
                built.func.__io__ = config
                built()

        assert invoke(fit, "net=wide", "steps=1", kind=Mine).output == ""
        assert calls == [(Net(64), 1, "t")]

    def test_an_error_is_told(self) -> None:
        class Mine(Entrypoint):
            def _execute_simple(self, args: list[str], console: Any) -> None:
                raise ValueError("not like this")

        done = invoke(fit, kind=Mine)
        assert (done.exit_code, done.output) == (1, "Error: not like this\n")


class TestParsePartial:
    def test_words_then_values(self) -> None:
        made = Entrypoint(fit, "llm")
        assert made.parse_partial(["net=wide", "steps=3"], title="x", steps=9) == run.Partial(
            fit, net=run.Config(Net, width=64), steps=9, title="x"
        )


class TestMain:
    def test_it_is_the_only_command_of_a_program(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "argv", ["prog", "net=wide", "steps=2"])
        Entrypoint(fit, "llm", enable_executor=False).main()
        assert calls == [(Net(64), 2, "t")]

    def test_it_ends_the_program_after_an_error(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["prog", "steps=x"])
        with pytest.raises(SystemExit) as info:
            Entrypoint(fit, "llm", enable_executor=False).main()
        assert info.value.code == 1
        assert capsys.readouterr().err.startswith("Error: ")

    @pytest.mark.parametrize("loads_plugins", [True, False])
    def test_a_script_leaves_plug_ins_out(self, loads_plugins: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(discovery, "load_plugins", lambda: calls.append("plug-ins"))
        monkeypatch.setattr(sys, "argv", ["prog", "net=wide"])
        if loads_plugins:
            invoke(fit, "net=wide")
        else:
            Entrypoint(fit, "llm", enable_executor=False).main()
        assert ("plug-ins" in calls) is loads_plugins
