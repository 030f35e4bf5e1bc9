"""Whatever words there are, a lazy entry point gives a task or one of our errors."""

# pyright: reportMissingImports=false
from __future__ import annotations

import hypothesis
from fix import fit
from hypothesis import strategies as st

import nemo_run as run
from nemo_run.cli.lazy import LazyEntrypoint
from nemo_run.exceptions import NemoRunError

WORDS = st.one_of(
    st.text(max_size=20),
    st.builds(
        lambda key, op, value: f"{key}{op}{value}",
        st.sampled_from(
            [
                "net",
                "net.width",
                "net.dims",
                "opt.lr",
                "steps",
                "title",
                "meta.k",
                "nets[0].width",
                "ids[1]",
                "x",
            ]
        ),
        st.sampled_from(["=", "+=", "*=", "|=", " = "]),
        st.one_of(
            st.text(max_size=10),
            st.sampled_from(
                ["5", "wide", "wide(3)", "[wide]", "{'a': 1}", "None", "${steps}", "@x.yaml", "Config"]
            ),
        ),
    ),
)


@hypothesis.settings(deadline=None, max_examples=200, suppress_health_check=[hypothesis.HealthCheck.too_slow])
@hypothesis.given(st.lists(WORDS, max_size=4))
def test_any_words_give_a_task_or_an_error_of_ours(words: list[str]) -> None:
    try:
        result = LazyEntrypoint(fit, overwrites=words).resolve()
    except NemoRunError:
        return
    assert type(result) is run.Partial
    assert result.__fn_or_cls__ is fit
