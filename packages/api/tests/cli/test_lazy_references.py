"""References between words that lead nowhere."""

import pytest
from fix import fit

from nemo_run.cli.lazy import LazyEntrypoint


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["net=wide", "title=${net.width}"],
            "title=${net.width}: net is given as one text, so net.width is not known: "
            "only what words and files say can be referred to; write \\${ where ${ is meant as it stands",
        ),
        (["steps=3", "title=a${steps.x}"], "steps is given as one text, so steps.x is not known"),
        (["title=${net.width}"], "Interpolation key 'net.width' not found"),
        (["title=${title}"], "title=${title}: "),
        (["title=${nosuch:1}"], "title=${nosuch:1}: Unsupported interpolation type nosuch"),
        (["title=${oc.env:NO_SUCH_VARIABLE_HERE}"], "Environment variable 'NO_SUCH_VARIABLE_HERE' not found"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told_in_one_sentence(words, message):
    with pytest.raises(ValueError, match=r".") as caught:
        LazyEntrypoint(fit, overwrites=words).resolve()
    assert message in str(caught.value)
    assert "raised while" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_value_that_words_give_can_be_referred_to():
    task = LazyEntrypoint(fit, overwrites=["net=wide", "net.width=5", "title=w${net.width}"]).resolve()
    assert task.title == "w5"
