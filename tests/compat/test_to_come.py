"""Names of the published package that are still to come say so."""

from __future__ import annotations

import pytest

import nemo_run as run


@pytest.mark.parametrize("name", ["SlurmExecutor", "DockerExecutor", "SSHTunnel"])
def test_a_name_that_is_to_come_says_so(name: str) -> None:
    with pytest.raises(AttributeError, match="yet"):
        getattr(run, name)
    assert not hasattr(run, name)


def test_importing_such_a_name_says_so() -> None:
    with pytest.raises(ImportError, match=r"'SlurmExecutor' is not part of nemo_run \S+ yet; see the README"):
        from nemo_run import SlurmExecutor  # type: ignore[attr-defined]  # noqa: F401
    with pytest.raises(ImportError, match="cannot import name 'Nonsense'"):
        from nemo_run import Nonsense  # type: ignore[attr-defined]  # noqa: F401


def test_any_other_name_is_unknown() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = run.Nonsense
