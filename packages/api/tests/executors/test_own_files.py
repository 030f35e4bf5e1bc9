"""Files that are executed because of where they are."""

from __future__ import annotations

import importlib.util
import marshal
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nemo_run as run
from nemo_run._registry import _workspace
from nemo_run.exceptions import UntrustedFileError
from nemo_run_adapters.store import trust

FOREIGN = "raise RuntimeError('foreign text was executed')\n"
DATACLASS = """
from __future__ import annotations
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar
import nemo_run as run

@dataclass
class Place(run.MemoryExecutor):
    _: KW_ONLY
    many: ClassVar[int] = 2
    width: int = 8

place = Place(width=9)
"""


def give_away(path: Path) -> None:
    path.chmod(0o666)
    if os.geteuid() == 0:
        os.chown(path, 12345, 12345)


def run_executors(path: Path) -> Any:
    return run.import_executor("place", file_path=str(path))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "executors.py").write_text("import nemo_run as run\nplace = run.MemoryExecutor(log='mine')\n")
    return tmp_path / "executors.py"


def test_compiled_code_beside_a_file_plays_no_part(file: Path) -> None:
    cache = Path(importlib.util.cache_from_source(str(file)))
    cache.parent.mkdir()
    head = importlib.util.MAGIC_NUMBER + (0b01).to_bytes(4, "little") + bytes(8)  # not to be compared
    cache.write_bytes(head + marshal.dumps(compile(FOREIGN, str(file), "exec")))
    give_away(cache)
    assert run_executors(file).log == "mine"


def test_nothing_is_written_beside_a_file(file: Path) -> None:
    run_executors(file)
    assert [path.name for path in file.parent.iterdir()] == ["executors.py"]


@pytest.mark.parametrize("runs", [run_executors, lambda path: _workspace.execute(str(path))])
def test_a_file_that_is_exchanged_after_the_check_is_not_executed(
    runs: Callable[[Path], Any], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = trust.check_trusted

    def check_then_exchange(path: str, *args: Any, **kwargs: Any) -> None:
        check(path, *args, **kwargs)
        file.unlink()
        file.write_text(FOREIGN)
        give_away(file)

    monkeypatch.setattr(trust, "check_trusted", check_then_exchange)
    monkeypatch.setattr("nemo_run._bootstrap.check_file", check_then_exchange, raising=False)
    runs(file)
    monkeypatch.undo()
    with pytest.raises(UntrustedFileError):
        runs(file)


def test_dataclasses_with_late_annotations(file: Path) -> None:
    file.write_text(DATACLASS)
    assert run_executors(file).width == 9
    assert "executors" not in sys.modules


def test_a_module_of_that_name_stays(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "executors", mine := type(sys)("executors"))
    file.write_text("raise KeyError")
    with pytest.raises(KeyError):
        run_executors(file)
    assert sys.modules["executors"] is mine


def test_threads_do_not_take_each_others_module_away(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, go_on = threading.Event(), threading.Event()
    events: Any = type(sys)("events_of_a_test")
    events.wait = lambda: (started.set(), go_on.wait(30))
    monkeypatch.setitem(sys.modules, events.__name__, events)
    slow = file.with_name("slow.py")
    slow.write_text(
        DATACLASS.replace("import nemo_run", f"import {events.__name__} as e; e.wait()\nimport nemo_run")
    )
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(run_executors(slow)))
    thread.start()
    assert started.wait(30)
    run_executors(file)
    go_on.set()
    thread.join(30)
    assert [place.width for place in found] == [9]
    assert "executors" not in sys.modules
