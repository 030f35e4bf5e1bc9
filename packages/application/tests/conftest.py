"""Makes ``pretend`` importable and gives each test a world of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent

if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))
pytest.register_assert_rewrite("pretend")

from pretend import World  # noqa: E402 - only importable now


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.services.workers.close()
