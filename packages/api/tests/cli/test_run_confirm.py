"""How often a run is asked about."""

import pytest

from nemo_run.cli._run import confirm, state
from nemo_run.cli._run.context import RunContext


@pytest.fixture
def answers(monkeypatch):
    """Answers to give; those that were not asked for are still there."""
    left = []
    monkeypatch.setattr(confirm, "ask", lambda question: left.pop(0))
    monkeypatch.setattr(state, "answer_for_all", lambda: None)
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    return left


def test_one_context_asks_once(answers):
    answers += [True, False]
    context = RunContext(name="x")
    assert [confirm.should_continue(context) for _ in range(3)] == [True, True, True]
    assert answers == [False]


def test_a_no_is_asked_about_again(answers):
    answers += [False, True]
    context = RunContext(name="x")
    assert [confirm.should_continue(context) for _ in range(3)] == [False, True, True]


def test_other_contexts_ask_for_themselves(answers):
    answers += [True, False]
    assert confirm.should_continue(RunContext(name="x")) is True
    assert confirm.should_continue(RunContext(name="x")) is False
