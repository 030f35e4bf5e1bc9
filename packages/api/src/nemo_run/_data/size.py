"""How big data is once aliases are followed."""

from __future__ import annotations

from typing import Any

from nemo_run._data.errors import DataError

MOST = 1_000_000
"""Values that data may stand for where what it shares has to be copied."""


def check_size(data: Any, where: str = "") -> None:
    """Refuse a small text that stands for endlessly many values.

    Raises:
        InvalidConfigError: More than ``MOST``.
    """
    if is_too_big(data):
        prefix = f"{where}: " if where else ""
        raise DataError(f"{prefix}stands for more than {MOST} values once aliases are followed")


def is_too_big(data: Any) -> bool:
    """Whether data stands for more than ``MOST`` values; what is shared is only looked at once."""
    sizes: dict[int, int] = {}
    todo: list[tuple[Any, bool]] = [(data, False)]
    while todo:
        value, is_ready = todo.pop()
        parts = _parts(value)
        if is_ready:
            sizes[id(value)] = 1 + sum(sizes.get(id(part), 1) for part in parts)
            if sizes[id(value)] > MOST:
                return True
        elif parts and id(value) not in sizes:
            sizes[id(value)] = 1  # until we know better, and for what contains itself
            todo.append((value, True))
            todo.extend((part, False) for part in parts)
    return False


def _parts(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, (list, tuple)) else ()
