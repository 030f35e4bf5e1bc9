"""Splitting output into lines, whatever the chunks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.logs import LineAssembler, compile_filter, line_prefix, prefixed, tail

PIECES = st.lists(
    st.sampled_from(
        [b"a", b"\n", b"\r", b"\r\n", "ü".encode(), "\N{SNOWMAN}".encode(), b"\xff", b"\xe2\x98", b"\0"]
    )
)


def assembled(*chunks: bytes) -> list[str]:
    lines = LineAssembler()
    return [line for chunk in chunks for line in lines.feed(chunk)] + list(lines.close())


@given(PIECES.map(b"".join), st.data())
def test_chunks_do_not_matter(data: bytes, draw: st.DataObject) -> None:
    cuts = sorted(draw.draw(st.sets(st.integers(0, len(data)), max_size=8)))
    chunks = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    assert assembled(*chunks) == assembled(data)


@given(PIECES.map(b"".join))
def test_nothing_is_lost_or_added_but_the_last_line_end(data: bytes) -> None:
    text = data.decode(errors="replace")
    assert "".join(assembled(data)) == (text if not text or text.endswith("\n") else f"{text}\n")
    assert all(line.count("\n") == 1 and line.endswith("\n") for line in assembled(data))


def test_carriage_returns_stay_inside_their_line() -> None:
    assert assembled(b"10%\r20%", b"\r100%\r\nnext\n") == ["10%\r20%\r100%\r\n", "next\n"]


def test_a_character_may_be_split_between_chunks() -> None:
    snowman = "\N{SNOWMAN}".encode()
    assert assembled(snowman[:1], snowman[1:] + b"\n") == ["\N{SNOWMAN}\n"]


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert assembled(b"a\xffb\n", b"\xe2") == ["a\ufffdb\n", "\ufffd\n"]


def test_closing_twice_gives_nothing_more() -> None:
    lines = LineAssembler()
    assert list(lines.feed(b"rest")) == []
    assert list(lines.feed(b"")) == []
    assert list(lines.close()) == ["rest\n"]
    assert list(lines.close()) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\n", "p/0 one\n"),
        ("one", "p/0 one"),
        ("10%\r20%\r\n", "p/0 10%\rp/0 20%\r\n"),
        ("a\nb\n", "p/0 a\np/0 b\n"),
        ("\n", "p/0 \n"),
        ("a\r", "p/0 a\r"),
    ],
)
def test_the_prefix_stands_before_every_line(text: str, shown: str) -> None:
    assert prefixed(text, "p/0") == shown


def test_the_prefix_may_have_a_colour() -> None:
    assert prefixed("x\n", "p/0", color=True) == "\x1b[32mp/0\x1b[0m x\n"


@pytest.mark.parametrize(("role", "prefix"), [("train", "train/3"), ("a-very-long-role", "-long-role/3")])
def test_the_prefix_is_the_end_of_the_role(role: str, prefix: str) -> None:
    assert line_prefix(role, 3) == prefix


def test_a_filter_is_compiled_or_named() -> None:
    assert compile_filter(None) is None
    pattern = compile_filter("loss=[0-9.]+")
    assert pattern is not None
    assert pattern.search("step 1 loss=0.5\n")
    with pytest.raises(InvalidConfigError, match=r"'\(' is no regular expression"):
        compile_filter("(")


@pytest.mark.parametrize(("count", "kept"), [(2, ("b", "c")), (9, ("a", "b", "c")), (0, ()), (-1, ())])
def test_the_tail_has_no_line_ends(count: int, kept: tuple[str, ...]) -> None:
    assert tail(["a\n", "b\r\n", "c"], count) == kept
