"""Names of executors that nobody has defined, and folders that cannot be looked into."""

from __future__ import annotations

from pathlib import Path

import pytest

import nemo_run as run
from nemo_run.core.execution._profiles import ExecutorNotFoundError, named_executor
from nemo_run.exceptions import InvalidConfigError


@pytest.mark.parametrize("name", ["local", "Local", "LocalExecutor", "local_executor"])
def test_what_names_the_type_of_a_profile_names_an_executor(name: str) -> None:
    assert named_executor(name, retries=2) == run.LocalExecutor(retries=2)


def test_a_profile_comes_first(home: Path) -> None:
    home.mkdir()
    (home / "executors.toml").write_text('[local]\ntype = "local"\nretries = 7\n')
    assert named_executor("local") == run.LocalExecutor(retries=7)


@pytest.mark.parametrize("name", ["Executor", "nosuch", "slurm", "nemo_run.LocalExecutor", ""])
def test_other_names_are_not_found(name: str) -> None:
    with pytest.raises(ExecutorNotFoundError):
        named_executor(name)


def test_a_folder_that_cannot_be_looked_into_is_not_empty(home: Path) -> None:
    home.symlink_to(home)
    with pytest.raises(InvalidConfigError, match=r"cannot look for executors in .*executors\.toml: "):
        named_executor("mine")
