from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemo_run_adapters.console.prefixes import Prefixes
from nemo_run_adapters.console.style import JOB_COLORS
from nemo_run_application.events import LogLine


def line(text, job="a_very_long_task_name", replica=0):
    return LogLine(experiment_id="e", job=job, role=job, replica=replica, line=text)


def test_the_prefix_is_the_end_of_the_role_and_the_replica():
    assert Prefixes().render(line("x\n", replica=3), color=False) == "_task_name/3 x\n"


def test_a_progress_bar_keeps_its_prefix():
    text = Prefixes().render(line("10%\r50%\r\n", job="a"), color=False)
    assert text == "a/0 10%\ra/0 50%\r\n"


@pytest.mark.parametrize("color", [False, True])
@given(texts=st.lists(st.text(st.characters(exclude_characters="\n\r"))))
def test_no_character_of_a_line_is_lost(color, texts):
    prefixes = Prefixes()
    marks = [prefixes.render(line("\n"), color=color)[:-1] for _ in texts]
    shown = [prefixes.render(line(f"{text}\n"), color=color) for text in texts]
    assert [one[len(mark) :] for one, mark in zip(shown, marks, strict=True)] == [f"{t}\n" for t in texts]


@given(st.text(st.characters(exclude_characters="/")))
def test_taking_the_prefixes_away_gives_the_text_back(text):
    shown = Prefixes().render(line(text), color=False)
    assert shown.replace("_task_name/0 ", "") == (text if text.endswith("\n") else f"{text}\n")


def test_colours_are_stable_and_distinct_as_long_as_there_are_enough():
    prefixes = Prefixes()
    jobs = [f"job_{i}" for i in range(len(JOB_COLORS))]
    assert [prefixes.color_of(job) for job in jobs * 2] == [*JOB_COLORS, *JOB_COLORS]
    assert len(set(JOB_COLORS)) == len(JOB_COLORS)
