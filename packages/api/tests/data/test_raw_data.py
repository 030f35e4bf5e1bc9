"""Data that is no configuration: every format writes it by its own rules."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from data_trees import Net, typed

from nemo_run._data import portable
from nemo_run._data.formats import write
from nemo_run._data.to_data import to_data
from nemo_run.cli import config as conversions
from nemo_run.cli.config import ConfigSerializer
from nemo_run.config import Config
from nemo_run_domain.errors import InvalidConfigError, PackagingError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("1: 2", {"1": 2}),
        ("{4: {2: 3}, true: a, null: b, 1.5: c}", {"4": {"2": 3}, "true": "a", "null": "b", "1.5": "c"}),
        ("2020-01-02: 2020-01-02", {"2020-01-02": "2020-01-02"}),
        ("a: 2020-01-02T03:04:05Z", {"a": "2020-01-02T03:04:05+00:00"}),
        ("a: !!set {c, b}", {"a": ["b", "c"]}),
        ("_args_: [1]", {"_args_": [1]}),
        ("[{1: 2}]", [{"1": 2}]),
        ("null", None),
    ],
)
def test_yaml_to_json(text: str, data: Any) -> None:
    assert json.loads(conversions.yaml_to_json(text)) == data


def test_dates_of_toml_are_text_in_json() -> None:
    text = conversions.toml_to_json("a = 2020-01-02\nb = 07:32:00\nc = 2020-01-02T03:04:05Z")
    assert json.loads(text) == {"a": "2020-01-02", "b": "07:32:00", "c": "2020-01-02T03:04:05+00:00"}
    assert conversions.yaml_to_toml("a: 2020-01-02\n1: 2") == "1 = 2\na = 2020-01-02\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [!!binary aGk=]", r"cannot hold b'hi' of type bytes \(at a\[0\]\)"),
        ("a: {1: 2, '1': 3}", r"two keys '1' once keys are text \(at a\)"),
        ("a: {? [1, 2] : 3}", r"cannot hold the key \(1, 2\), no text or number \(at a\)"),
    ],
)
def test_what_json_cannot_hold(text: str, message: str) -> None:
    for convert in (conversions.yaml_to_json, conversions.yaml_to_toml):
        with pytest.raises(PackagingError, match=message):
            convert(text)


def test_data_in_files(tmp_path: Path) -> None:
    ConfigSerializer().dump_dict({1: {2, 3}}, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text()) == {"1": [2, 3]}


@pytest.mark.parametrize("format", ["yaml", "json", "toml"])
def test_texts_may_be_bytes(format: str) -> None:
    config = Config(Net, act="é")
    text = getattr(ConfigSerializer(), f"serialize_{format}")(config)
    read = getattr(ConfigSerializer(), f"deserialize_{format}")
    assert read(text.encode()) == read(bytearray(text, "utf-8-sig")) == config
    for broken in (None, 5, ["x"]):
        with pytest.raises(
            InvalidConfigError, match=f"{format.upper()} is read from text or bytes, not from a"
        ):
            read(broken)
    with pytest.raises(InvalidConfigError, match=f"not {format.upper()}: 'utf-8' codec"):
        read(b"\xff\xfe")


def test_configurations_among_data_keep_what_they_hold() -> None:
    config = Config(typed, any={1: b"x", "day": {1, 2}}, by_number={1: Config(Net)})
    text = conversions.dict_to_yaml({"part": to_data(config), 1: 2})
    found = json.loads(conversions.yaml_to_json(text))
    assert ConfigSerializer().deserialize_json(json.dumps(found["part"])) == config


@pytest.mark.parametrize("format", ["json", "toml"])
def test_endless_sharing_is_seen_before_it_is_written_out(
    format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portable, "_Rewriter", None)
    data: Any = {"width": 1}
    for _ in range(100):
        data = {"a": data, "b": data}
    with pytest.raises(InvalidConfigError, match="1000000 values once shared parts are written out; YAML"):
        write(data, format)


@pytest.mark.parametrize("raw", [True, False])
def test_data_that_contains_itself(raw: bool) -> None:
    data: Any = {"a": [1]}
    data["a"].append(data)
    with pytest.raises(InvalidConfigError, match="nested more than 1000 levels deep"):
        write(data, "json", raw=raw)
