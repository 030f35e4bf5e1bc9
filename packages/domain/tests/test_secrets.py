"""Values that must not be shown."""

from __future__ import annotations

import json

import pytest

from nemo_run_domain.secrets import MASK, Secret, is_secret, masked


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in repr(secret)
    assert f"{secret}" == MASK
    assert "{:>10}".format(secret).strip() == MASK  # noqa: UP032 - the other way to format
    assert "hunter2" not in repr({"password": secret})


def test_a_secret_is_still_its_text() -> None:
    secret = Secret("hunter2")
    assert secret == "hunter2"
    assert secret.encode() == b"hunter2"
    assert str(secret) == "hunter2"
    assert json.loads(json.dumps(secret)) == "hunter2"
    assert {secret: 1}["hunter2"] == 1


SECRET_NAMES = (
    "HF_TOKEN WANDB_API_KEY APIKEY AWS_SECRET_ACCESS_KEY db_password TOKEN GOOGLE_CREDENTIALS "
    "SSH_PRIVATE_KEY SECRETS PASSPHRASE TOKENS MY_TOKEN_FILE DB_PASSWD_2"
)


@pytest.mark.parametrize("name", SECRET_NAMES.split())
def test_names_that_tell_a_secret(name: str) -> None:
    assert is_secret(name, "x")


@pytest.mark.parametrize(
    "name",
    ["PATH", "TOKENIZERS_PARALLELISM", "TOKENIZER", "SECRETARY", "KEY", "CUDA_VISIBLE_DEVICES", "MONKEY"],
)
def test_names_that_tell_none(name: str) -> None:
    assert not is_secret(name, "x")
    assert is_secret(name, Secret("x"))


def test_an_environment_is_shown_masked() -> None:
    env = {"HF_TOKEN": "a", "PLAIN": "b", "OTHER": Secret("c")}
    assert masked(env) == {"HF_TOKEN": MASK, "PLAIN": "b", "OTHER": MASK}
    assert env["HF_TOKEN"] == "a"
