"""Files and streams that configurations are written to and read from."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from data_trees import Net, Shade, fit

import nemo_run._data.files as files
from nemo_run._data.load import load_file, load_part, parse_reference
from nemo_run.cli import config as conversions
from nemo_run.cli.config import ConfigSerializer
from nemo_run.config import Config, Partial
from nemo_run.core.serialization.yaml import YamlSerializer
from nemo_run_domain.errors import InvalidConfigError, NotFoundError

FILES = ConfigSerializer()
TASK = Partial(fit, net=Config(Net, width=2), steps=3)


@pytest.mark.parametrize("suffix", [".yaml", ".yml", ".YAML", ".json", ".toml"])
def test_the_suffix_decides(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"f{suffix}"
    FILES.dump(TASK, path)
    assert FILES.load(str(path)) == TASK
    assert FILES.load_dict(path)["steps"] == 3


@pytest.mark.parametrize("format", ["yaml", "json", "toml"])
def test_methods_of_one_format(format: str, tmp_path: Path) -> None:
    text = getattr(FILES, f"serialize_{format}")(TASK)
    assert getattr(FILES, f"deserialize_{format}")(text) == TASK
    for stream in (io.StringIO(), io.BytesIO()):
        assert getattr(FILES, f"serialize_{format}")(TASK, stream) is None
        written = stream.getvalue()
        assert (written if isinstance(written, str) else written.decode()) == text
    path = tmp_path / "no_suffix"
    getattr(FILES, f"dump_{format}")(TASK, path)
    assert path.read_text() == text
    assert getattr(FILES, f"load_{format}")(path) == TASK


def test_yaml_of_the_serializer() -> None:
    stream = io.StringIO()
    assert YamlSerializer().serialize(TASK, stream) is None
    assert stream.getvalue() == YamlSerializer().serialize(TASK)


def test_a_lazy_object_is_resolved_first() -> None:
    class Lazy:
        is_lazy = True

        def resolve(self) -> Any:
            return TASK

    assert FILES.serialize_json(Lazy()) == FILES.serialize_json(TASK)


@pytest.mark.parametrize(
    ("call", "start", "end"),
    [
        (conversions.yaml_to_json, "a: [1, x]\n", '{\n  "a": [\n    1,\n    "x"\n  ]\n}'),
        (conversions.json_to_yaml, '{"a": [1, "x"]}', "a:\n- 1\n- x\n"),
        (conversions.yaml_to_toml, "a: 1\n", "a = 1\n"),
        (conversions.toml_to_yaml, "a = 1\n", "a: 1\n"),
        (conversions.json_to_toml, '{"a": 1, "b": null}', "a = 1\n"),
        (conversions.toml_to_json, "a = [1, 'x']\n", '{\n  "a": [\n    1,\n    "x"\n  ]\n}'),
        (conversions.yaml_to_dict, "a: {b: 1}", {"a": {"b": 1}}),
        (conversions.dict_to_yaml, {"b": {"c": 1}, "a": 2}, "a: 2\nb:\n  c: 1\n"),
    ],
)
def test_conversions(call: Any, start: Any, end: Any) -> None:
    assert call(start) == end


def test_any_data_can_be_written(tmp_path: Path) -> None:
    data = {"_target_": "kept", "width*=": 2, "s": {"a": [1, "b", 2.5]}}
    for name in ("f.yaml", "f.json", "f.toml"):
        FILES.dump_dict(data, tmp_path / name)
        assert FILES.load_dict(tmp_path / name) == data
    FILES.dump_dict(data, tmp_path / "f.txt", format="JSON", section="s")
    assert (tmp_path / "f.txt").read_text().startswith("{")
    with pytest.raises(ValueError, match=r"Unsupported format: xml. Supported formats are: yaml, json, toml"):
        FILES.dump_dict(data, tmp_path / "f.yaml", format="xml")
    with pytest.raises(ValueError, match=r"Unsupported file extension: .txt"):
        FILES.dump_dict(data, tmp_path / "f.txt")


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("")
    assert FILES.load_dict(tmp_path / "f.yaml") is None


# -- writing ------------------------------------------------------------------------------------------


def test_folders_are_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=f"there is no folder {tmp_path}/no") as error:
        FILES.dump(TASK, tmp_path / "no" / "f.yaml")
    assert isinstance(error.value, InvalidConfigError)


def test_missing_and_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=f"Config file not found: {tmp_path}/f.yaml") as error:
        FILES.load(tmp_path / "f.yaml")
    assert isinstance(error.value, NotFoundError)
    (tmp_path / "d.yaml").mkdir()
    with pytest.raises(InvalidConfigError, match=r"cannot read .*d.yaml"):
        FILES.load(tmp_path / "d.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidConfigError, match="as text"):
        FILES.load(tmp_path / "b.yaml")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("old")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(InvalidConfigError, match="No space left"):
        FILES.dump(TASK, path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["f.yaml"]


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    FILES.dump(TASK, link)
    assert link.is_symlink()
    assert FILES.load(real) == TASK
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_device_is_written_to() -> None:
    FILES.dump_yaml(TASK, "/dev/null")


# -- references ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@f.yaml", ("f.yaml", None)),
        ("@a b/ü-f.yaml:net", ("a b/ü-f.yaml", "net")),
        ("@f.yaml:net.head", ("f.yaml", "net.head")),
        ("@a:b.yaml", ("a:b.yaml", None)),
        ("@a:b.yaml:c", ("a:b.yaml", "c")),
        ("@~/f.yaml", (os.path.expanduser("~/f.yaml"), None)),
    ],
)
def test_references(text: str, found: tuple[str, str | None]) -> None:
    assert parse_reference(text) == found


@pytest.mark.parametrize("text", ["f.yaml", "@", "@ ", "@a\0b"])
def test_no_references(text: str) -> None:
    with pytest.raises(ValueError, match="Invalid config file format"):
        parse_reference(text)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("net: {a: 1}", {"a": 1}),
        ("a: 1\nb: {c: 2}", {"a": 1, "b": {"c": 2}}),
        ("a: 1", {"a": 1}),
        ("{}", {}),
        ("[1]", [1]),
        ("5", 5),
        ("_factory_: wide", {"_factory_": "wide"}),
        ("_target_: {a: 1}", {"_target_": {"a": 1}}),
    ],
)
def test_parts(text: str, data: Any, tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text(text)
    assert load_part(tmp_path / "f.yaml").data == data
    assert load_file(tmp_path / "f.yaml").data == yaml.safe_load(text)


def test_sections(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("x: 1\nnet:\n  head:\n    size: 2\n")
    section = load_part(path, "net.head")
    assert section.data == {"size": 2}
    assert section.place(["size"]) == f"{path}, line 4, at size"
    with pytest.raises(KeyError, match="Section 'nope' not found in config file"):
        load_part(path, "nope")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("")
    with pytest.raises(ValueError, match="Error loading config file"):
        load_part(tmp_path / "f.yaml")


# -- yaml.safe_dump -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dumper", [yaml.SafeDumper, getattr(yaml, "CSafeDumper", yaml.SafeDumper)])
def test_yaml_writes_configurations_anywhere(dumper: Any) -> None:
    data = {"a": TASK, "b": [TASK.net, fit, Net, len, Shade.RED, Path("/x")]}
    assert yaml.safe_load(yaml.dump(data, Dumper=dumper)) == {
        "a": {
            "_target_": "data_trees.fit",
            "_partial_": True,
            "net": {"_target_": "data_trees.Net", "width": 2},
            "steps": 3,
        },
        "b": [
            {"_target_": "data_trees.Net", "width": 2},
            {"_target_": "data_trees.fit", "_call_": False},
            {"_target_": "data_trees.Net", "_call_": False},
            {"_target_": "builtins.len", "_call_": False},
            {"_target_": "data_trees.Shade", "_args_": [1]},
            {"_target_": "pathlib.Path", "_args_": ["/x"]},
        ],
    }


def test_yaml_refuses_the_rest_as_before() -> None:
    with pytest.raises(yaml.representer.RepresenterError):
        yaml.safe_dump(object())


def test_dtypes_are_written_without_importing_torch() -> None:
    dtype = type("dtype", (), {"__module__": "torch", "__str__": lambda self: "torch.float16"})()
    assert yaml.safe_load(yaml.safe_dump([dtype])) == [{"_target_": "torch.float16", "_call_": False}]
    assert FILES.serialize_json(Config(Net, width=dtype)).count('"torch.float16"') == 1
