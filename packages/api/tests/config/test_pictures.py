"""Pictures of configurations."""

from __future__ import annotations

import importlib
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from nemo_run._config import draw
from nemo_run.config import Config, ConfigurableMixin, Partial, Script
from nemo_run_domain.errors import InvalidConfigError, MissingDependencyError


def fit(x: int = 1) -> int:
    return x


@pytest.fixture
def no_dot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def test_drawing_gives_a_graph() -> None:
    assert "fit" in Config(fit).visualize().source
    assert "Script" in Script("a").visualize().source


def test_difference_gives_a_graph() -> None:
    assert "fit" in Config(fit, x=2).diff(Config(fit)).source
    assert "Script" in Script("a").diff(Script("b"), trim=False).source


@pytest.mark.parametrize("owner", [Config(fit), Script("a")])
def test_other_suffixes_are_refused(owner: Any) -> None:
    with pytest.raises(InvalidConfigError, match=r"The file extension must be \.png"):
        owner.save_config_img("x.jpg")


@pytest.fixture
def pretend_dot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program ``dot`` that says what it was asked for and how long the graph was."""
    program = tmp_path / "bin" / "dot"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nimport sys\nprint(*sys.argv[1:], 'fit' in sys.stdin.read())\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


class Names(ConfigurableMixin, list):
    """Neither dataclass nor configuration, but it can be drawn."""


@pytest.mark.usefixtures("pretend_dot")
def test_the_program_draws(tmp_path: Path) -> None:
    assert Config(fit)._repr_svg_() == "-Kdot -Tsvg True\n"
    Partial(fit).save_config_img(str(tmp_path / "images"))
    assert (tmp_path / "images" / "config.png").read_text() == "-Kdot -Tpng True\n"
    Script("fit.sh").save_config_img(str(tmp_path / "script.png"))
    assert (tmp_path / "script.png").exists()


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize(
    "owner", [Config(fit, x=2), Partial(fit), Script("a"), Names([Config(fit)])], ids=str
)
def test_pictures_are_real(owner: Any, tmp_path: Path) -> None:
    owner.save_config_img(str(tmp_path / "a.png"))
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert owner._repr_svg_().rstrip().endswith("</svg>")


def test_keywords_reach_fiddle() -> None:
    assert Config(fit, x=2).visualize(max_str_length=3).source
    with pytest.raises(TypeError, match="nonsense"):
        Config(fit).visualize(nonsense=1)


@pytest.mark.usefixtures("no_dot")
def test_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingDependencyError, match=r"'dot'.*apt-get install graphviz.*diff_text"):
        Config(fit).save_config_img(str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


@pytest.mark.usefixtures("no_dot")
def test_notebooks_fall_back_to_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert Config(fit)._repr_svg_() == repr(Config(fit))
    assert capsys.readouterr().out == ""


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingDependencyError, match=r"pip install graphviz.*diff_text"):
        draw.draw(Config(fit))


@pytest.mark.parametrize(("path", "file"), [("images", "images/config.png"), ("a/b.png", "a/b.png")])
def test_images_are_written(path: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw, "_piped", lambda graph, form: form.encode())
    Config(fit).save_config_img(str(tmp_path / path))
    assert (tmp_path / file).read_bytes() == b"png"
