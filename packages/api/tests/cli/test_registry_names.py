"""The names of ``nemo_run.cli`` and ``nemo_run.cli.api``."""

from __future__ import annotations

import types
from pathlib import Path

import pytest

import nemo_run as run
from nemo_run.cli import api


class TestApi:
    def test_every_documented_name_is_there(self) -> None:
        import nemo_run.cli as cli

        assert set(cli.__all__) == {
            *("create_cli", "main", "entrypoint", "factory", "resolve_factory", "list_entrypoints"),
            *("list_factories", "parse_cli_args", "parse_partial", "parse_config", "RunContext"),
        }
        assert all(getattr(cli, name) is not None for name in cli.__all__)

    @pytest.mark.parametrize("name", sorted(api._EXPORTS))
    def test_every_other_name_too(self, name: str) -> None:
        assert callable(getattr(api, name))
        assert name in dir(api)

    def test_constants(self) -> None:
        assert api.ROOT_ENTRYPOINT_NAMESPACE == "nemo_run.cli.entrypoints"
        assert api.ROOT_FACTORY_NAMESPACE == "nemo_run.cli.factories"
        assert api.DEFAULT_NAME == "default"
        assert api.NEMORUN_SKIP_CONFIRMATION is None
        assert api.MAIN_ENTRYPOINT is None

    def test_classes_that_annotations_may_name(self) -> None:
        assert api.EXECUTOR_CLASSES[:2] == [run.Executor, run.LocalExecutor]
        assert all(issubclass(kind, run.Executor) for kind in api.EXECUTOR_CLASSES)
        assert [run.Plugin, list[run.Plugin]] == api.PLUGIN_CLASSES or api.PLUGIN_CLASSES[0] is run.Plugin

    @pytest.mark.parametrize(("value", "is_on"), [("true", True), ("True", True), ("1", False), ("", False)])
    def test_pretty_tracebacks(self, value: str, is_on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NEMORUN_PRETTY_EXCEPTIONS", value)
        assert api.NEMORUN_PRETTY_EXCEPTIONS is is_on

    def test_there_is_nothing_else(self) -> None:
        with pytest.raises(AttributeError, match=r"'nemo_run\.cli\.api' has no attribute 'nothing'"):
            _ = api.nothing
        assert isinstance(api, types.ModuleType)
        assert Path(api.__file__ or "").name == "api.py"
