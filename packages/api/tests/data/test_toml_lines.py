"""Lines of entries in TOML texts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemo_run._data import formats
from nemo_run_domain.errors import InvalidConfigError

TEXT = '''\
# [first]
top = 1
a.b = {c = 2, d = [
  3,  # ] }
  4 ] }

[first]
text = """
[no.header]
key = 1
"""
"quoted.key" = 1
list = [
  {x = 1},
  {y = 2}]
[first . 'sub']  # a comment
x = 1

[[many]]
x = 1
[many.below]
y = 1
  [[many]]
x = 2
[[many.deep]]
z = 1
[[many.deep]]
z = 2
[later.than.that]
[first.more]
[later.than]
x = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("a",), 3),
        (("a", "b", "c"), 3),
        (("a", "b", "d", 1), 3),
        (("first",), 7),
        (("first", "text"), 8),
        (("first", "key"), 7),
        (("first", "quoted.key"), 12),
        (("first", "list", 1, "y"), 13),
        (("first", "sub"), 16),
        (("first", "sub", "x"), 17),
        (("many",), 19),
        (("many", 0, "x"), 20),
        (("many", 0, "below"), 21),
        (("many", 0, "below", "y"), 22),
        (("many", 1), 23),
        (("many", 1, "x"), 24),
        (("many", 1, "deep", 0), 25),
        (("many", 1, "deep", 1, "z"), 28),
        (("later", "than"), 29),
        (("later", "than", "that"), 29),
        (("first", "more"), 30),
        (("later", "than", "x"), 32),
        (("first", "sub", "none"), 16),
        (("none",), None),
        ((), None),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines(path: tuple[Any, ...], line: int | None, end: str) -> None:
    document = formats.read(TEXT.replace("\n", end), "toml")
    assert document.line_of(path) == line


def test_a_section_knows_its_lines() -> None:
    document = formats.read(TEXT, "toml").section("first", "sub")
    assert document.line_of(["x"]) == 17


def test_values_too_long_to_look_for_their_end_again_and_again() -> None:
    text = "a = 1\nb = [\n" + "1,\n" * 2_000 + "]\nc = 1\n"
    document = formats.read(text, "toml")
    assert (document.line_of(["a"]), document.line_of(["c"])) == (1, None)


def test_nothing_is_looked_for_before_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "nemo_run._data.toml_text.marks_of", lambda *_: pytest.fail("looked for lines"), raising=True
    )
    document = formats.read(TEXT, "toml")
    assert document.mark_of(["top"]) is None


SCALARS = st.integers() | st.booleans() | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = {dict: lambda: value.items(), list: lambda: enumerate(value)}.get(type(value), list)()
    return [found for key, part in items for found in [(*path, key), *paths_of(part, (*path, key))]]


@settings(deadline=None, max_examples=60)
@given(data=st.dictionaries(st.text(), VALUES, max_size=4))
def test_every_entry_has_a_line(data: dict[str, Any]) -> None:
    text = formats.write(data, "toml")
    document = formats.read(text, "toml")
    count = len(text.splitlines())
    for path in paths_of(document.data):
        assert 1 <= (document.line_of(path) or 0) <= count


@pytest.mark.parametrize("text", ["a = 1\nb = [1,\n\n", "a = 1\nb ="])
def test_what_ends_too_early_ends_in_the_last_line(text: str) -> None:
    with pytest.raises(InvalidConfigError, match=r"f.toml, line 2: not TOML: .*at end of document"):
        formats.read(text, "toml", "f.toml")
