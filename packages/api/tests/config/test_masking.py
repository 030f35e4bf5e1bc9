"""Secrets in what is shown: wherever they are, and however they are shown."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import pytest

import nemo_run as run
from nemo_run import _snapshot
from nemo_run._masking import hides, masked, masked_text
from nemo_run._plain_repr import masked_repr
from nemo_run.cli._run.tree import lines_of, node_of

MASK = "********"


class Pair(NamedTuple):
    name: str
    value: Any


@dataclasses.dataclass(frozen=True)
class Login:
    user: str = "ada"
    password: str = ""
    more: Any = None


def words(values: Any) -> Any:
    return values


WHERE = {
    "in a mapping": {"password": "hunter2"},
    "in a list of mappings": [{"password": "hunter2"}],
    "in a mapping below a name": {"credentials": {"user": ["hunter2"]}},
    "in a tuple": (1, {"a": ({"api_key": "hunter2"},)}),
    "in a named tuple": Pair("a", {"token": "hunter2"}),
    "in an instance": [Login(password="hunter2")],
    "in a nested instance": Login(more={"x": Login(password="hunter2")}),
    "in a configuration": [run.Config(Login, password="hunter2")],
    "by its type": {"x": [run.Secret("hunter2")]},
    "as bytes": {"password": b"hunter2"},
    "in a lazy one": run.LazyEntrypoint("fix.fit", overwrites=["token.value=hunter2"]),
    "in a call in a lazy one": run.LazyEntrypoint("fix.fit", overwrites=["net=Net(password=hunter2)"]),
    "in a dictionary in a lazy one": run.LazyEntrypoint("fix.fit", overwrites=["n=[{'password':'hunter2'}]"]),
    "in the factory of a lazy one": run.LazyEntrypoint("fix.fit", factory="made(api_key='hunter2')"),
}
SHOWN = {
    "data": lambda value: repr(masked(value)),
    "repr": masked_repr,
    "tree": lambda value: "\n".join(lines_of(node_of("values", value))),
    "argument": lambda value: "\n".join(lines_of(node_of("", run.Config(words, value)))),
    "snapshot": lambda value: _snapshot.task_snapshot(run.Partial(words, value)).decode(),
}


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
@pytest.mark.parametrize("value", WHERE.values(), ids=WHERE)
def test_secrets_are_never_shown(value: Any, show: Any) -> None:
    text = show(value)
    assert "hunter2" not in text
    assert MASK in text


@pytest.mark.parametrize(
    "index", ["in a lazy one", "in a call in a lazy one", "in the factory of a lazy one"]
)
def test_the_repr_of_a_lazy_one_shows_none(index: str) -> None:
    text = repr(WHERE[index])
    assert "hunter2" not in text
    assert MASK in text


def test_what_is_masked_is_a_copy() -> None:
    value = [Login(password="hunter2")]
    assert masked(value) == [Login(password=MASK)]
    assert value == [Login(password="hunter2")]


@pytest.mark.parametrize(
    "value", [{"a": [1, "x"]}, Login(), run.Config(Login, user="b"), {"max_tokens": 4096, "token_dim": 3}]
)
def test_what_has_no_secret_is_itself(value: Any) -> None:
    assert masked(value) is value


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("password", 1234, MASK),
        ("token", 1234, MASK),
        ("max_tokens", 4096, 4096),
        ("token_count", 3, 3),
        ("hf_tokens", "a,b", MASK),
        ("use_token", True, True),
        ("password", None, None),
        ("passwords", ["a", 2], [MASK, MASK]),
        ("credentials", {"user": "a"}, {"user": MASK}),
        ("token_embedding", Login(user="a"), Login(user="a")),
    ],
)
def test_names_decide(name: str, value: Any, shown: Any) -> None:
    assert masked(value, name) == shown


def test_what_is_shared_stays_shared() -> None:
    login = {"password": "hunter2"}
    one, two = masked([login, login])
    assert one is two


def test_what_contains_itself_is_no_endless_loop() -> None:
    value: list[Any] = [run.Secret("hunter2")]
    value.append(value)
    assert masked(value)[0] == MASK


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("net.api_key", True),
        ("env['HF_TOKEN'].x", True),
        ("token[0]", True),
        ("net.width", False),
        ("", False),
    ],
)
def test_any_step_of_a_path_counts(path: str, expected: bool) -> None:
    assert hides(path) is expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Net(password='x')", MASK),
        ("{'api_key': 'x'}", MASK),
        ("a(b(token=x))", MASK),
        ("Net(width=3)", "Net(width=3)"),
        ("token", "token"),
    ],
)
def test_texts_that_name_a_secret(text: str, shown: str) -> None:
    assert masked_text(text) == shown
