"""The shared console and logging through it."""

from __future__ import annotations

import importlib
import io
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import rich.box
import rich.table
from rich.logging import RichHandler

from nemo_run.config import Config, Partial
from nemo_run.core.frontend.console import api, styles
from nemo_run.exceptions import InvalidConfigError


def fit(net: Any = None) -> None: ...


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    logger.handlers[:] = []
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Config(fit, net=Partial(fit, net=3)), "fit(net=fit(net=3))"),
        ([Config(fit)], "[fit()]"),
        ({"a": 1}, "{'a': 1}"),
        ("x", "'x'"),
    ],
)
def test_configurations_are_shown_without_marks(value: object, text: str) -> None:
    assert repr(api.CustomConfigRepr(value)) == text


def test_the_console_writes_to_the_output_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    api.CONSOLE.print("hello")
    assert stream.getvalue() == "hello\n"


@pytest.mark.parametrize("level", ["INFO", "info"])
def test_logging_goes_through_the_console(
    level: str, root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    root.addHandler(logging.NullHandler())
    api.configure_logging(level)
    (handler,) = root.handlers
    assert isinstance(handler, RichHandler)
    assert root.level == logging.INFO
    logging.getLogger("some.where").info("a message")
    logging.getLogger("some.where").debug("silence")
    out = capsys.readouterr().out
    assert "a message" in out
    assert "silence" not in out
    assert re.match(r"\[\d\d:\d\d:\d\d\] INFO ", out)


def test_notebooks_get_plain_lines(root: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.CONSOLE, "is_jupyter", True)
    api.configure_logging("WARNING")
    assert [type(handler) for handler in root.handlers] == [logging.StreamHandler]


def test_an_unknown_level_is_a_value_error(root: logging.Logger) -> None:
    before = root.handlers[:]
    with pytest.raises(ValueError, match="Unknown level: 'nope'") as caught:
        api.configure_logging("nope")
    assert isinstance(caught.value, InvalidConfigError)
    assert root.handlers == before


def test_the_first_handler_is_taken_away(root: logging.Logger) -> None:
    second = logging.NullHandler()
    api.configure_logging("INFO")
    root.addHandler(second)
    api.deconfigure_logging()
    assert root.handlers == [second]
    api.deconfigure_logging()
    api.deconfigure_logging()
    assert root.handlers == []


def test_styles_fit_tables() -> None:
    table = rich.table.Table(box=styles.BOX_STYLE, **styles.TABLE_STYLES)
    assert isinstance(table.box, rich.box.Box)
    assert styles.TABLE_STYLES


def test_importing_the_console_does_not_load_fiddle() -> None:
    code = f"import sys, {api.__name__}; print('fiddle' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "False\n"
    assert importlib.import_module(api.__name__) is api
