"""The task codec port on fiddle's JSON."""

from __future__ import annotations

from typing import Any

from nemo_run_adapters.codec import decode, encode_by_value
from nemo_run_domain.task import CallableTask

BY_VALUE = "by_value"
"""Suffix of the side file with everything that only the launching process has."""


class FiddleTaskCodec:
    """Encodes configured functions; what cannot be imported elsewhere travels by value."""

    def encode(self, configured: Any) -> CallableTask:
        payload, table = encode_by_value(configured)
        side_files = {BY_VALUE: _dump(table)} if table else {}
        return CallableTask(target=_target(configured), payload=payload, side_files=side_files)

    def decode(self, task: CallableTask) -> Any:
        blob = task.side_files.get(BY_VALUE)
        return decode(task.payload, references=_load(blob) if blob else None)


def _dump(table: dict[str, Any]) -> bytes:
    from nemo_run_adapters.codec.by_value import dump_by_value  # loads cloudpickle

    return dump_by_value(table)


def _load(blob: bytes) -> dict[str, Any]:
    from nemo_run_adapters.codec.by_value import load_by_value  # loads cloudpickle

    return load_by_value(blob)


def _target(configured: Any) -> str:
    function = getattr(configured, "__fn_or_cls__", configured)
    module = getattr(function, "__module__", "")
    return f"{module}:{getattr(function, '__qualname__', type(function).__qualname__)}"
