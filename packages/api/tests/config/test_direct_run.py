"""``direct_run_fn`` and plug-ins of experiments."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import pytest

import nemo_run as run
from nemo_run.config import Config, ConfigurableMixin, Partial, Script
from nemo_run.exceptions import JobFailedError, NemoRunError
from nemo_run.run.plugin import ExperimentPlugin
from nemo_run.run.task import direct_run_fn


def show(x: Any = 1) -> None:
    sys.stdout.write(f"shown {x}\n")


class Lazy:
    is_lazy = True

    def resolve(self) -> Any:
        return Partial(show, x=7)


@pytest.mark.parametrize(
    ("task", "out"),
    [
        (Partial(show, x=Config(dict, a=1)), "shown {'a': 1}\n"),
        (Config(show, x=2), "shown 2\n"),
        (Lazy(), "shown 7\n"),
        (Script(inline="echo from $0 with $WORD", env={"WORD": "env"}), "from bash with env\n"),
        (Script(inline="print(3)", entrypoint=sys.executable), "3\n"),
    ],
)
def test_a_task_runs_here(task: Any, out: str, capfd: pytest.CaptureFixture[str]) -> None:
    direct_run_fn(task)
    assert capfd.readouterr().out == out


def test_a_script_that_fails_is_an_error() -> None:
    with pytest.raises(JobFailedError, match="exit code 3"):
        direct_run_fn(Script(inline="exit 3"))


def test_a_dry_run_builds_but_does_not_call(capsys: pytest.CaptureFixture[str]) -> None:
    direct_run_fn(Partial(show, x=5), dryrun=True)
    out = capsys.readouterr().out
    assert out.startswith(f"Dry run for task {__name__}:show")
    assert "shown" not in out
    with pytest.raises(TypeError, match="required"):
        direct_run_fn(Partial(show, x=Config(lambda y: y)), dryrun=True)


@pytest.mark.parametrize("task", ["x", show, 3, None])
def test_anything_else_is_a_type_error(task: Any) -> None:
    with pytest.raises(TypeError, match=r"Need a configured run\.Partial or run\.Script\. Got ") as caught:
        direct_run_fn(task)
    assert isinstance(caught.value, NemoRunError)


def test_plugins_are_configurable_dataclasses() -> None:
    plugin = run.Plugin()
    assert run.Plugin is ExperimentPlugin
    assert isinstance(plugin, ConfigurableMixin)
    assert [(f.name, f.default, f.init) for f in dataclasses.fields(plugin)] == [("experiment_id", "", False)]
    plugin.assign("exp_1")
    assert plugin.experiment_id == "exp_1"
    assert plugin.setup(Partial(show), run.LocalExecutor()) is None
    assert plugin.to_config() == Config(ExperimentPlugin)
    with pytest.raises(TypeError):
        ExperimentPlugin("exp_1")  # type: ignore[call-arg]
