"""Titles, job names, ids."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemo_run_domain.errors import InvalidConfigError
from nemo_run_domain.names import (
    MAX_COMPONENT_BYTES,
    app_id,
    check_component,
    check_title,
    created_ns_of,
    experiment_id,
    inline_name,
    slug,
    title_of,
    unique_id,
)

FINE = ["a", "my-sweep_1.2", "Ünïcode", "a b", "a..", "-x", "$(x)", "x" * MAX_COMPONENT_BYTES]
BAD = {
    "": "empty",
    ".": "leave the home folder",
    "..": "leave the home folder",
    ".a": "begins with a dot, which hides its folder",
    "..a": "begins with a dot",
    "a\\b": "separator",
    "a\nb": "control",
    "a\0b": "control",
    "a\x7fb": "control",
    "a\udcffb": "unprintable",
    " a": "blank",
    "a ": "blank",
    "x" * (MAX_COMPONENT_BYTES + 1): "longer",
    "ü" * (MAX_COMPONENT_BYTES // 2 + 1): "longer",
}


@pytest.mark.parametrize("name", FINE)
def test_names_that_can_be_folders_are_taken(name: str) -> None:
    assert check_component(name, what="name") == name
    assert check_title(name) == name


@pytest.mark.parametrize(("name", "reason"), BAD.items())
def test_names_that_cannot_be_folders_are_refused(name: str, reason: str) -> None:
    with pytest.raises(InvalidConfigError, match=reason):
        check_component(name, what=f"job name {name!r}")
    with pytest.raises(InvalidConfigError, match="empty" if not name else reason):
        check_title(name)


@pytest.mark.parametrize("name", ["team/sweep", "/abs", "a/", "../a", "a/../../b"])
def test_a_slash_is_no_part_of_a_name(name: str) -> None:
    with pytest.raises(InvalidConfigError, match="separator"):
        check_component(name, what="name")
    with pytest.raises(InvalidConfigError, match="experiment title"):
        check_title(name)


def test_a_long_name_is_shortened_in_the_message() -> None:
    with pytest.raises(InvalidConfigError) as caught:
        check_component("y" * 5000, what=f"job name {'y' * 5000!r}")
    assert len(str(caught.value)) < 300


@given(st.text(), st.integers(0, 2**63))
def test_an_experiment_id_tells_title_and_time(title: str, created_ns: int) -> None:
    made = experiment_id(title, created_ns)
    assert (title_of(made), created_ns_of(made)) == (title, created_ns)


@pytest.mark.parametrize(
    "made", ["title", "title_", "title_x", "title_-1", "title_\N{SUPERSCRIPT TWO}", "t_٣"]
)
def test_an_id_without_a_number_has_no_time(made: str) -> None:
    assert created_ns_of(made) is None


@given(st.lists(st.sampled_from(["a", "b", "a_1"]), max_size=12))
def test_unique_ids_are_unique(bases: list[str]) -> None:
    taken: list[str] = []
    for base in bases:
        taken.append(unique_id(base, taken))
    assert len(set(taken)) == len(bases)


def test_a_second_job_of_a_name_is_numbered_after_the_jobs_before() -> None:
    assert unique_id("train", []) == "train"
    assert unique_id("train", ["eval", "train"]) == "train_2"
    assert unique_id("train", ["train", "train_2"]) == "train_3"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("echo hello world", "echo_hello"),
        ("  ls -la  ", "ls_la"),
        ("\n\n", "script"),
        ("", "script"),
        ("$$$$", "_"),
    ],
)
def test_inline_scripts_are_named_after_their_text(text: str, name: str) -> None:
    assert inline_name(text) == name


@given(st.text())
def test_inline_names_can_be_folders(text: str) -> None:
    assert check_component(inline_name(text), what="name")


@given(st.text())
def test_a_slug_is_plain(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+", slug(name))


@given(st.text(min_size=1), st.integers(0, 2**64 - 1))
def test_the_suffix_of_an_app_id_cannot_spell_a_word(name: str, bits: int) -> None:
    suffix = app_id(name, bits).removeprefix(f"{slug(name)}-")
    assert re.fullmatch(r"[b-df-hj-np-tv-xz][b-df-hj-np-tv-xz0-79]+", suffix)


@given(st.sets(st.integers(0, 2**64 - 1), max_size=50))
def test_different_bits_make_different_ids(numbers: set[int]) -> None:
    assert len({app_id("a", bits) for bits in numbers}) == len(numbers)
