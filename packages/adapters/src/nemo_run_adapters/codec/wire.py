"""The text that experiments store and tasks receive.

URL-safe base64 of zlib-compressed JSON. The JSON is what ``fiddle.experimental.serialization``
of fiddle 0.3 reads and writes: ``root``, ``objects``, ``refcounts`` and ``version``.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any

from nemo_run_adapters.codec.errors import DamagedPayloadError

VERSION = "0.0.1"

_LEVEL = 1  # of compression: half the time of the usual one, and an eighth more text

CONFIG = "nemo_run.config:Config"
PARTIAL = "nemo_run.config:Partial"
METADATA = "fiddle._src.config:BuildableTraverserMetadata"

CONFIG_TYPES = frozenset({CONFIG, "fiddle._src.config:Config", "fiddle:Config"})
PARTIAL_TYPES = frozenset({PARTIAL, "fiddle._src.partial:Partial", "fiddle:Partial"})

Node = dict[str, Any]


def pyref(module: str, name: str) -> Node:
    """Return the JSON of a reference to something importable."""
    return {"type": "pyref", "module": module, "name": name}


def split_ref(ref: str) -> tuple[str, str]:
    """Split ``module:name``."""
    module, _, name = ref.partition(":")
    return module, name


def to_text(document: Node) -> str:
    """Pack a document."""
    return pack(render(document))


def render(document: Node) -> str:
    """Return the JSON of a document."""
    return json.dumps(document, separators=(",", ":"))


def pack(json_text: str) -> str:
    """Compress JSON and write it in ASCII letters."""
    return base64.urlsafe_b64encode(zlib.compress(json_text.encode(), _LEVEL)).decode("ascii")


def unpack(text: str | bytes) -> str:
    """Return the JSON inside ``text``; white space in it, such as that of wrapped lines, is left out.

    Raises:
        DamagedPayloadError: No text, or one that is not base64 or not what zlib wrote.
    """
    letters = _letters(text)
    try:
        packed = base64.b64decode(letters, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise DamagedPayloadError(f"cannot decode {_shown(text)}: not base64 ({error})") from error
    try:
        return zlib.decompress(packed).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise DamagedPayloadError(f"cannot decode {_shown(text)}: not compressed text ({error})") from error


def _letters(text: str | bytes) -> bytes:
    if not isinstance(text, (str, bytes, bytearray)):
        raise DamagedPayloadError(f"cannot decode a value of {type(text)}: a text is needed")
    encoded = text.encode("ascii", "replace") if isinstance(text, str) else bytes(text)
    return b"".join(encoded.split())


def to_document(text: str | bytes) -> Node:
    """Read a packed document and check its outer shape.

    Raises:
        DamagedPayloadError: Says what could not be read.
    """
    json_text = unpack(text)
    try:
        document = json.loads(json_text)
    except (ValueError, RecursionError) as error:  # also for a number of more digits than Python reads
        raise DamagedPayloadError(f"cannot decode {_shown(text)}: not JSON ({error})") from error
    if (
        not isinstance(document, dict)
        or "root" not in document
        or not isinstance(document.get("objects"), dict)
    ):
        raise DamagedPayloadError(f"cannot decode {_shown(text)}: JSON without 'root' and 'objects'")
    return document


def _shown(text: str | bytes) -> str:
    return repr(text) if len(text) <= 40 else f"{text[:37]!r}... ({len(text)} characters)"
