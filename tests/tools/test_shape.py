"""The shape report counts what it says."""

import ast
import sys
from pathlib import Path

import grimp
import pytest
from tools.contracts import find_cycles
from tools.shape import count_branches, functions_in


def branches(source: str) -> int:
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef)
    return count_branches(node)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 1", 1),
        ("if a: return 1", 2),
        ("if a and b or c: return 1", 4),
        ("return 1 if a else 2", 2),
        ("for x in y:\n        while x: pass", 3),
        ("try: f()\n    except E: pass\n    except F: pass", 3),
        ("return [x for x in y]", 2),
        ("def inner():\n        if a: pass", 1),
    ],
)
def test_branches_are_ways_through(body: str, expected: int) -> None:
    assert branches(f"def f():\n    {body}") == expected


def test_a_function_is_as_long_as_from_def_to_its_last_line(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text(
        "@decorator\ndef f():\n    '''Text.'''\n    return 1\n\n\nclass A:\n    async def g(self): ...\n"
    )
    assert [(f.where, f.lines) for f in functions_in(path, tmp_path)] == [("m.py:2 f", 3), ("m.py:8 g", 1)]


def test_cycles_are_found_through_third_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "knotted"
    package.mkdir()
    (package / "__init__.py").touch()
    for name, imports in {"a": "b", "b": "c", "c": "a", "d": "a"}.items():
        (package / f"{name}.py").write_text(f"from knotted import {imports}\n")
    monkeypatch.syspath_prepend(tmp_path)
    graph = grimp.build_graph("knotted", cache_dir=None)
    assert find_cycles(graph) == [["knotted.a", "knotted.b", "knotted.c"]]
    assert "knotted" not in sys.modules
