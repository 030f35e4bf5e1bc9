"""The port ``TaskCodec`` on top of fiddle's JSON."""

from __future__ import annotations

from typing import Any

from nemo_run_adapters.codec import decode, encode_by_value
from nemo_run_domain.task import CallableTask

BY_VALUE = "by_value"
"""Suffix of the file that holds what only the launching process has."""


class FiddleTaskCodec:
    """Writes configured functions so that the stand-alone task runner can call them."""

    def encode(self, configured: Any) -> CallableTask:
        text, table = encode_by_value(configured)
        return CallableTask(target=_target(configured), payload=text, side_files=_side_files(table))

    def decode(self, task: CallableTask) -> Any:
        blob = task.side_files.get(BY_VALUE)
        return decode(task.payload, references=_load(blob) if blob else None)


def _side_files(table: dict[str, Any]) -> dict[str, bytes]:
    if not table:
        return {}
    from nemo_run_adapters.codec.by_value import dump_by_value  # loads cloudpickle

    return {BY_VALUE: dump_by_value(table)}


def _load(blob: bytes) -> dict[str, Any]:
    from nemo_run_adapters.codec.by_value import load_by_value

    return load_by_value(blob)


def _target(configured: Any) -> str:
    function = getattr(configured, "__fn_or_cls__", type(configured))
    name = getattr(function, "__qualname__", repr(function))
    return f"{getattr(function, '__module__', '')}:{name}"
