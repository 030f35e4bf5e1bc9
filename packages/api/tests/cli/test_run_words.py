"""Which words are for the context."""

import pytest

from nemo_run.cli._run.errors import InvalidOptionError
from nemo_run.cli._run.words import split_prefixed


@pytest.mark.parametrize(
    ("words", "value", "ours", "others"),
    [
        (["run.name=x"], None, ["name=x"], []),
        (["run.name=run.v1"], None, ["name=run.v1"], []),
        (["run.executor=ex(a=1, b=2)"], None, ["executor=ex(a=1, b=2)"], []),
        (["run=5"], "5", [], []),
        (["run = a=b"], "a=b", [], []),
        (["runtime=5", "run_id=3", "running"], None, [], ["runtime=5", "run_id=3", "running"]),
        (["net.run.x=1", "title=run.x=1"], None, [], ["net.run.x=1", "title=run.x=1"]),
        (["run[0].a=1"], None, ["[0].a=1"], []),
        (["run"], None, [], ["run"]),
        (["a=1", "run.x=1", "b=2", "run=y", "run=z"], "z", ["x=1"], ["a=1", "b=2"]),
    ],
)
def test_only_an_exact_first_segment_counts(words, value, ours, others):
    assert split_prefixed(words, "run") == (value, ours, others)


@pytest.mark.parametrize("operator", ["+=", "-=", "*=", "/=", "|=", "&="])
def test_the_context_itself_takes_no_operators(operator):
    with pytest.raises(InvalidOptionError, match="only executor=VALUE"):
        split_prefixed([f"executor{operator}x"], "executor")
