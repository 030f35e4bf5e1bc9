"""Words and files with secrets that cannot be used: the error says what is wrong, but not with what."""

from __future__ import annotations

import logging
import traceback
from typing import Any, Literal

import pytest
from fix import Net

import nemo_run as run
from nemo_run._data.formats import read
from nemo_run._data.merge import apply_data
from nemo_run.cli import _ending, parse_cli_args
from nemo_run.cli.cli_parser import CLIException
from nemo_run.exceptions import InvalidConfigError


def login(
    token: int = 0,
    password: Literal["a", "b"] = "a",
    api_keys: list[int] | None = None,
    credentials: Net | None = None,
    env: dict[str, int] | None = None,
    secret: Any = 1,
) -> None:
    del token, password, api_keys, credentials, env, secret


@pytest.mark.parametrize(
    "word",
    [
        "token=hunter2",
        "token+=hunter2",
        "password=hunter2",
        "api_keys=[1,hunter2]",
        "api_keys=hunter2(",
        "credentials=hunter2",
        "env={'HF_TOKEN': 'hunter2'}",
        "secret+='hunter2'",
        "hf_token=hunter2",
        "credentials.x=hunter2",
    ],
)
def test_no_error_quotes_a_secret(
    word: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(CLIException) as caught:
        parse_cli_args(login, [word])
    _ending.complain(caught.value)
    told = capsys.readouterr().err
    told += repr(caught.value) + str(caught.value) + caught.value.user_friendly_message() + caplog.text
    told += "".join(traceback.format_exception_only(caught.value)) + repr(vars(caught.value))
    told += repr((caught.value.__cause__, caught.value.__context__))
    assert "hunter2" not in told
    assert word.partition("=")[0].rstrip("+") in told


def test_other_words_are_quoted() -> None:
    with pytest.raises(CLIException, match="'wide'"):
        parse_cli_args(Net, ["width=wide"])


@pytest.mark.parametrize(
    "text", ["token: hunter2", "password: hunter2", "api_keys: [hunter2]", "token: [hunter2]"]
)
def test_no_error_about_a_file_quotes_a_secret(text: str) -> None:
    document = read(text, "yaml")
    with pytest.raises(InvalidConfigError, match=f"line 1.*{text.partition(':')[0]}") as caught:
        apply_data(run.Partial(login), document.data, document=document)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_a_secret_can_be_given_by_a_word() -> None:
    assert parse_cli_args(login, ["token=3", "password=b"]) == run.Partial(login, token=3, password="b")
