"""Only a CPU build for this interpreter is taken."""

from pathlib import Path

import pytest
from tools.cpu_torch import TAG, find_wheel, requirements


def test_the_newest_cpu_wheel_for_this_interpreter_is_taken(tmp_path: Path) -> None:
    for name in (
        f"torch-2.1.0+cpu-{TAG}-{TAG}-linux_x86_64.whl",
        f"torch-2.2.0+cpu-{TAG}-{TAG}-linux_x86_64.whl",
        "torch-2.3.0+cpu-cp27-cp27-linux_x86_64.whl",
        f"torch-2.4.0-{TAG}-{TAG}-linux_x86_64.whl",
    ):
        (tmp_path / name).touch()
    wheel = find_wheel(f"https://elsewhere.invalid/wheels {tmp_path}")
    assert wheel is not None
    assert wheel.name.startswith("torch-2.2.0+cpu")


def test_nothing_is_downloaded_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    assert requirements(download=False) is None
    assert "--torch-backend=cpu" in (requirements(download=True) or [])
