"""The text that experiments store and tasks receive."""

from __future__ import annotations

from typing import Any

from nemo_run_adapters.codec import decode, encode


class ZlibJSONSerializer:
    """fiddle's JSON, compressed and in URL-safe base64."""

    def serialize(self, cfg: Any, pyref_policy: Any = None) -> str:
        """Return the text of a configuration, or of a list or dictionary of them.

        Args:
            cfg: What to write.
            pyref_policy: A fiddle ``PyrefPolicy`` that functions and classes must pass.

        Raises:
            PackagingError: A value that cannot be written, with its path; it is also fiddle's
                ``UnserializableValueError`` or ``PyrefPolicyError``, or an ``AttributeError``.
        """
        return encode(cfg, policy=pyref_policy)

    def deserialize(self, serialized: str | bytes, pyref_policy: Any = None) -> Any:
        """Return what was written; imports whatever the text names, so it must be trusted.

        Raises:
            DamagedPayloadError: The text is damaged; also a ``binascii.Error`` and a ``zlib.error``.
            NotFoundError: It names what cannot be imported here.
        """
        return decode(serialized, policy=pyref_policy)
