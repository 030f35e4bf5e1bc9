"""Exports of configurations with secrets, and the names of files and sections."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

import nemo_run as run
from nemo_run.cli._run.export import serialize_configuration
from nemo_run.cli.config import ConfigSerializer
from nemo_run.exceptions import InvalidConfigError


def login(user: str = "", api_key: str = "", env: Any = None) -> None:
    del user, api_key, env


HIDDEN = {
    "by its name": run.Partial(login, user="ada", api_key="hunter2"),
    "by its type": run.Partial(login, user="ada", env=[run.Secret("hunter2")]),
    "in a container": run.Partial(login, user="ada", env=[{"HF_TOKEN": "hunter2"}]),
}
LAZY = {
    "by its name": run.LazyEntrypoint("fix.login", overwrites=["user=ada", "api_key=hunter2"]),
    "in a call": run.LazyEntrypoint("fix.login", overwrites=["user=ada", "env=Env(password=hunter2)"]),
}


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("option", ["yaml", "toml", "json"])
@pytest.mark.parametrize("config", [*HIDDEN.values(), *LAZY.values()], ids=[*HIDDEN, *LAZY])
def test_secrets_are_written_but_not_shown(
    config: Any, option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"o.{option}"
    is_lazy = isinstance(config, run.LazyEntrypoint)
    wanted: dict[str, Any] = {f"to_{option}": str(path)}
    serialize_configuration(config, **wanted, is_lazy=is_lazy)
    shown = capsys.readouterr().out
    assert "hunter2" in path.read_text()
    assert mode_of(path) == 0o600
    assert "hunter2" not in shown
    assert "********" in shown
    assert "ada" in shown
    assert "only you can read it" in shown


def test_what_has_no_secret_is_shown_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, other = tmp_path / "o.yaml", tmp_path / "other"
    other.touch()
    serialize_configuration(run.Partial(login, user="ada"), to_yaml=str(path))
    assert path.read_text() in capsys.readouterr().out
    assert mode_of(path) == mode_of(other)


def test_a_secret_section(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "o.json"
    serialize_configuration(HIDDEN["by its name"], to_json=f"{path}:api_key")
    assert (json.loads(path.read_text()), mode_of(path)) == ("hunter2", 0o600)
    assert "hunter2" not in capsys.readouterr().out


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o400, 0o400), (0o750, 0o700)])
def test_a_file_that_is_there_is_hidden_from_others(before: int, after: int, tmp_path: Path) -> None:
    path = tmp_path / "o.yaml"
    path.touch()
    path.chmod(before)
    ConfigSerializer().dump(run.Partial(login, user="ada"), path)
    assert mode_of(path) == before
    ConfigSerializer().dump(HIDDEN["by its type"], path)
    assert mode_of(path) == after


def test_data_with_secrets_is_private(tmp_path: Path) -> None:
    path = tmp_path / "o.yaml"
    ConfigSerializer().dump_dict({"a": {"password": "hunter2"}}, f"{path}:a")
    assert mode_of(path) == 0o600


def test_a_half_written_export_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "o.yaml"
    path.write_text("old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(InvalidConfigError, match=r"Failed to export configuration to YAML.*No space left"):
        serialize_configuration(run.Partial(login, user="ada"), to_yaml=str(path))
    assert [file.name for file in tmp_path.iterdir()] == ["o.yaml"]
    assert path.read_text() == "old"


def test_a_colon_in_a_name_is_no_section(tmp_path: Path) -> None:
    path = tmp_path / "a:b.yaml"
    serialize_configuration(run.Partial(login, user="ada"), to_yaml=str(path))
    assert ConfigSerializer().load(path) == run.Partial(login, user="ada")
    ConfigSerializer().dump_dict({"user": {"name": "x"}}, path)
    ConfigSerializer().dump_dict({"user": {"name": "x"}}, tmp_path / "c:d.yaml:user")
    assert ConfigSerializer().load_dict(path) == {"user": {"name": "x"}}
    assert ConfigSerializer().load_dict(tmp_path / "c:d.yaml") == {"name": "x"}
