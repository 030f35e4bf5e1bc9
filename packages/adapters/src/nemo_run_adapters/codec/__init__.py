"""Configurations as text: fiddle's JSON, written and read without fiddle where that is possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nemo_run_adapters.codec.allow import AllowList as AllowList
from nemo_run_adapters.codec.encoder import Encoder
from nemo_run_adapters.codec.node_types import NodeType as NodeType
from nemo_run_adapters.codec.node_types import register_node_type as register_node_type
from nemo_run_adapters.codec.objects import Allowed, BuiltObjects
from nemo_run_adapters.codec.reader import read
from nemo_run_adapters.codec.repeated import Repeater as Repeater
from nemo_run_adapters.codec.repeated import blank as blank
from nemo_run_adapters.codec.wire import to_document, to_text


def encode(value: Any, *, aliases: Mapping[str, Any] | None = None, policy: Any = None) -> str:
    """Return the text of a configuration, a dataclass instance or a container of them.

    Args:
        value: What to write; dataclass instances are written as configurations of their class.
        aliases: ``module:name`` -> class; that class is written under this name instead of its own.
        policy: A fiddle ``PyrefPolicy`` that references must pass.

    Raises:
        PackagingError: A value that cannot travel, with its path.
    """
    return to_text(Encoder(aliases=aliases, policy=policy).encode(value))


def encode_by_value(value: Any, *, aliases: Mapping[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
    """Like ``encode``, and return what only this process has as ``module:name`` -> object.

    That is what the launching script or notebook defines, lambdas, closures and local classes.
    """
    encoder = Encoder(aliases=aliases, by_value=True)
    text = to_text(encoder.encode(value))
    return text, encoder.pyref.by_value


def decode(text: str | bytes, *, references: Mapping[str, Any] | None = None, policy: Any = None) -> Any:
    """Return live configurations; imports whatever the text names, so the text must be trusted.

    Args:
        text: What ``encode`` or the reference wrote.
        references: ``module:name`` -> object, used instead of importing.
        policy: A fiddle ``PyrefPolicy`` that references must pass.

    Raises:
        DamagedPayloadError: The text is no such text.
        NotFoundError: It names something that is not there.
    """
    from nemo_run_adapters.codec.live import LiveConfigurations

    return read(to_document(text), LiveConfigurations(references=references, policy=policy))


def load(text: str, *, allow: Allowed) -> Any:
    """Return the objects themselves, calling each configured class; fiddle is not needed.

    Args:
        text: A saved file; need not be trusted.
        allow: What it may name.

    Raises:
        UntrustedFileError: It names something else; nothing of it was imported.
        DamagedPayloadError: The text is no such text.
        StoreError: A class refuses its arguments.
    """
    return read(to_document(text), BuiltObjects(allow))
