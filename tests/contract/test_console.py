"""The reporters of the console keep the contract."""

from __future__ import annotations

import io
from typing import Any

import pytest
from reporter_contract import ReporterContract

from nemo_run_adapters.console import JsonReporter, Output, PlainReporter, RichReporter, SilentReporter


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestPlainReporter(ReporterContract):
    @pytest.fixture
    def reporter(self) -> Any:
        return PlainReporter(Output(io.StringIO()))


class TestJsonReporter(ReporterContract):
    @pytest.fixture
    def reporter(self) -> Any:
        return JsonReporter(Output(io.StringIO()))


class TestSilentReporter(ReporterContract):
    @pytest.fixture
    def reporter(self) -> Any:
        return SilentReporter(Output(io.StringIO()))


class TestRichReporter(ReporterContract):
    @pytest.fixture
    def reporter(self) -> Any:
        reporter = RichReporter(Output(_Terminal()))
        yield reporter
        reporter.close()


class TestAsciiStream(ReporterContract):
    @pytest.fixture
    def reporter(self) -> Any:
        return PlainReporter(Output(io.TextIOWrapper(io.BytesIO(), encoding="ascii")))


class TestBrokenStream(ReporterContract):
    @pytest.fixture
    def reporter(self) -> Any:
        stream = io.StringIO()
        stream.close()
        return PlainReporter(Output(stream))
