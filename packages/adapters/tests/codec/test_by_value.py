"""Functions that only the launching process has."""

from __future__ import annotations

import sys
import threading
import types
from typing import Any

import cloudpickle
import fiddle as fdl
import pytest

from nemo_run_adapters.codec import decode, encode_by_value
from nemo_run_adapters.codec.by_value import dump_by_value, load_by_value
from nemo_run_adapters.codec.wire import unpack
from nemo_run_domain.errors import PackagingError


def node(x: Any = None, kid: Any = None) -> Any:
    return x, kid


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A launching script."""
    module = types.ModuleType("__main__")
    source = "import threading\nCOUNT = []\ndef add(x):\n    COUNT.append(x)\n    return len(COUNT)\n"
    source += "def get():\n    return COUNT\nLOCK = threading.Lock()\ndef locked():\n    return LOCK\n"
    source += "class Net:\n    size = 3\n    class Inner: pass\n"
    source += "import enum\nclass Colour(enum.Enum):\n    RED = 1\n"
    source += "def indirect():\n    return locked()\n"
    exec(source, module.__dict__)
    monkeypatch.setitem(sys.modules, "__main__", module)
    return module


def test_importable_things_stay_references() -> None:
    text, table = encode_by_value(fdl.Partial(node, x=node))
    assert table == {}
    assert decode(text).x is node


def test_functions_of_the_script_keep_their_names(main: types.ModuleType) -> None:
    text, table = encode_by_value(fdl.Partial(main.add, x=[main.Net, main.Net.Inner, main.Colour.RED]))
    assert set(table) == {"__main__:add", "__main__:Net", "__main__:Net.Inner", "__main__:Colour.RED"}
    assert '{"type":"pyref","module":"__main__","name":"add"}' in unpack(text)
    assert decode(text, references=table).x[0] is main.Net


def test_lambdas_closures_and_local_classes_get_names() -> None:
    def inner() -> None: ...

    class Local: ...

    text, table = encode_by_value([lambda: 1, inner, Local, inner])
    assert len(table) == 3
    assert all(ref.startswith("__main__:by_value_") for ref in table)
    got = decode(text, references=table)
    assert got[1] is inner
    assert got[3] is inner
    assert got[2] is Local


def test_globals_that_functions_share_stay_shared(main: types.ModuleType) -> None:
    _, table = encode_by_value([main.add, main.get])
    blob = dump_by_value(table)
    again = load_by_value(blob)
    assert blob.startswith(b"# nemo_run by-value objects, python ")
    assert again["__main__:add"](5) == 1
    assert again["__main__:get"]() == [5]
    assert main.COUNT == []


@pytest.mark.parametrize("name", ["locked", "indirect"])
def test_the_variable_that_cannot_travel_is_named(main: types.ModuleType, name: str) -> None:
    _, table = encode_by_value(fdl.Partial(getattr(main, name)))
    with pytest.raises(PackagingError, match=f"function '{name}'.*'LOCK'.*_thread.lock"):
        dump_by_value(table)


def test_the_closure_variable_that_cannot_travel_is_named() -> None:
    lock = threading.Lock()
    _, table = encode_by_value(lambda: lock)
    with pytest.raises(PackagingError, match="closure variable 'lock'"):
        dump_by_value(table)


def test_functions_of_a_reloaded_script_travel_as_code(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("__external_main__")
    exec("def task():\n    return 42\n", module.__dict__)
    monkeypatch.setitem(sys.modules, "__external_main__", module)
    _, table = encode_by_value(fdl.Partial(module.task))
    blob = dump_by_value(table)
    monkeypatch.delitem(sys.modules, "__external_main__")
    assert [f() for f in load_by_value(blob).values()] == [42]
    assert "__external_main__" not in cloudpickle.list_registry_pickle_by_value()


class Command:
    """What a decorator leaves at a function."""

    __stays_here__ = True

    def __init__(self) -> None:
        self.lock = threading.Lock()


def test_what_makes_a_function_a_command_stays_behind(main: types.ModuleType) -> None:
    main.add.command = Command()
    _, table = encode_by_value(fdl.Partial(main.add))
    again = load_by_value(dump_by_value(table))
    assert not vars(again["__main__:add"].command)
    assert isinstance(main.add.command, Command)
