"""Bytes on a command line that are no text."""

import pytest

from nemo_run.cli._run.undecoded import check_texts
from nemo_run.exceptions import InvalidConfigError

POSIX = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("words", [["executor=ex", "--yes"], ["executor=ex", "--dryrun"]])
def test_a_parameter_with_bytes_is_named_before_the_launch(scripts, words):
    done = scripts.run("net=wide", "nets=[wide]", "nets[0].act=é", *words, **POSIX)
    assert done.code == 1, done
    expected = r"nets[0].act is '\udcc3\udca9', which holds bytes that are no text; set PYTHONUTF8=1"
    assert expected in done.err
    assert done.err.count("Error:") == 1
    assert "Experiment" not in done.out


def test_in_this_process_they_are_what_they_are(scripts):
    main = "def job(title: str): print(ascii(title))\n\nrun.cli.main(job)"
    assert r"'\udcc3\udca9'" in scripts.run("title=é", "--yes", main=main, **POSIX).out


@pytest.mark.parametrize(
    ("value", "path"),
    [({"a": ["x", "\udc80"]}, "['a'][1]"), (["é"], ""), ([{"b": "\udc80" * 999}], "[0]['b']")],
)
def test_texts_are_found_anywhere(value, path):
    value.append(value) if isinstance(value, list) else None  # it may contain itself
    if not path:
        check_texts(value)
        return
    with pytest.raises(InvalidConfigError) as caught:
        check_texts(value)
    assert str(caught.value).startswith(f"{path} is '\\udc80")
    assert len(str(caught.value)) < 2000
