"""A lab for each test, and the proof that nothing outlives it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.local.lab import DEADLINE, Lab


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = str(Path(__file__).parent)
    if not sys.platform.startswith("linux"):
        for item in items:
            if str(item.path).startswith(here):
                item.add_marker(pytest.mark.skip(reason="processes are looked up in /proc"))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A home folder; nothing that was started for it may run when the test has ended."""
    lab = Lab(tmp_path)
    yield lab
    end = time.monotonic() + DEADLINE / 4
    while (left := lab.processes()) and time.monotonic() < end:
        time.sleep(0.02)
    lab.end_all()
    assert not left, f"left behind: {left}"
