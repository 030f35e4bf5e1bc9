"""Configurations as text: what goes in, what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from data_trees import Net, fit
from fiddle.experimental.serialization import UnserializableValueError

from nemo_run.cli.config import ConfigSerializer, yaml_to_dict
from nemo_run.cli.lazy import load_config_from_path
from nemo_run.config import Config, Partial, Script
from nemo_run.core.serialization.yaml import YamlSerializer
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer

ZLIB = ZlibJSONSerializer()
YAML = YamlSerializer()
FILES = ConfigSerializer()


@pytest.mark.parametrize(
    ("serializer", "config"),
    [
        pytest.param(ZLIB, Partial(fit, net=Config(Net)), id="40"),
        pytest.param(ZLIB, Config({}, a=1), id="41"),
        pytest.param(YAML, Partial(fit, net=Config(Net, width=2), steps=3), id="44"),
        pytest.param(YAML, Config(Net, act=""), id="45"),
        pytest.param(YAML, Config(Net, act="a\nb"), id="46"),
        pytest.param(YAML, Config(Net, act="Configured"), id="47"),
        pytest.param(YAML, Partial(fit, net=[Config(Net), Config(Net, width=1)]), id="48"),
        pytest.param(YAML, Partial(fit, net=fit), id="49"),
        pytest.param(YAML, Script("a").to_config(), id="50"),
    ],
)
def test_round_trip(serializer: Any, config: Any) -> None:
    assert serializer.deserialize(serializer.serialize(config)) == config


@pytest.mark.parametrize("row", [42])
def test_what_cannot_travel_is_named(row: int) -> None:
    with pytest.raises(UnserializableValueError, match=r"<root>\.net"):
        ZLIB.serialize(Partial(fit, net=Path("/x")))


@pytest.mark.parametrize("row", [43])
def test_keys_of_yaml(row: int) -> None:
    text = YAML.serialize(Partial(fit, net=Config(Net, width=2), steps=3))
    assert yaml.safe_load(text) == {
        "_partial_": True,
        "_target_": "data_trees.fit",
        "net": {"_target_": "data_trees.Net", "width": 2},
        "steps": 3,
    }


@pytest.mark.parametrize("row", [49])
def test_a_function_comes_back_as_itself(row: int) -> None:
    assert YAML.deserialize(YAML.serialize(Partial(fit, net=fit))).net is fit


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(lambda: FILES.deserialize_yaml("a: 1"), "Missing '_target_' key", id="51"),
        pytest.param(lambda: FILES.deserialize_yaml(""), "Missing '_target_' key", id="52"),
        pytest.param(
            lambda: FILES.dump(Config(Net), "x.txt"),
            r"Unsupported file extension: .txt. Supported extensions are: .yaml, .yml, .json, .toml",
            id="53",
        ),
    ],
)
def test_value_errors(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("row", [54])
def test_a_section_is_written_alone(row: int, tmp_path: Path) -> None:
    data = {"s": {"a": 1}, "t": 2}
    FILES.dump_dict(data, f"{tmp_path}/f.yaml:s")
    assert yaml_to_dict((tmp_path / "f.yaml").read_text()) == {"a": 1}
    with pytest.raises(KeyError, match="Section 'x' not found in configuration"):
        FILES.dump_dict(data, f"{tmp_path}/f.yaml:x")


@pytest.mark.parametrize("row", [55, 56])
def test_files_with_one_key(row: int, tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("net:\n  width: 5\n")
    if row == 55:
        assert load_config_from_path(f"@{path}") == {"width": 5}
    else:
        with pytest.raises(ValueError, match="Section 'x' not found in config file"):
            load_config_from_path(f"@{path}:x")
