"""Errors in JSON say where they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemo_run._data.formats import read
from nemo_run._data.from_data import config_from
from nemo_run.cli.config import ConfigSerializer
from nemo_run_domain.errors import InvalidConfigError

if TYPE_CHECKING:
    from pathlib import Path

TEXT = r"""{
  "_target_": "data_trees.typed",
  "net": {
    "width": "x", "act": "{\"[,:"
  },
  "nets": [{"width": 1},
           {"dims": [1,
                     "y"]}], "odd\u0041": 1
}"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("net",), 3),
        (("net", "width"), 4),
        (("net", "act"), 4),
        (("nets",), 6),
        (("nets", 0, "width"), 6),
        (("nets", 1), 7),
        (("nets", 1, "dims", 1), 8),
        (("oddA",), 8),
        (("net", "nosuch"), 3),
    ],
)
def test_lines(path: tuple[Any, ...], line: int) -> None:
    assert read(TEXT, "json").line_of(path) == line


def test_sections_know_their_lines() -> None:
    assert read(TEXT, "json").section("net").line_of(("width",)) == 4
    assert read(TEXT, "json").section("nets", 1).line_of(("dims", 1)) == 8


def test_a_wrong_value_says_its_line(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text(TEXT)
    with pytest.raises(InvalidConfigError, match=r"f.json, line 4, at net.width: 'x' is no int"):
        ConfigSerializer().load(tmp_path / "f.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_every_line_of_any_text(data: Any) -> None:
    text = json.dumps({"top": data}, indent=1)
    lines = text.split("\n")
    document = read(text, "json")
    todo: list[tuple[Any, tuple[Any, ...]]] = [(document.data, ())]
    while todo:
        value, path = todo.pop()
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            line = lines[(document.line_of((*path, key)) or 0) - 1].strip()
            name = f"{json.dumps(key)}: " if isinstance(value, dict) else ""
            shown = {dict: "{", list: "["}.get(type(item)) or json.dumps(item)
            assert line.startswith(f"{name}{shown}")
            if isinstance(item, (dict, list)):
                todo.append((item, (*path, key)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1,\n\n"a": 2}', "f.json, line 3: the key 'a' is there already, in line 1"),
        ('[{"a": {"b": 1}}, {"a": {\n"b": 1,\n"\\u0062": 2}}]', "line 3: the key 'b' is there .* in line 2"),
    ],
)
def test_keys_that_are_there_twice(text: str, message: str) -> None:
    with pytest.raises(InvalidConfigError, match=message):
        config_from(read(text, "json", "f.json"))
