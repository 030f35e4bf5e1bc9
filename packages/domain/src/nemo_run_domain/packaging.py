"""Rules for which files travel with a task."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(kw_only=True)
class PackagerSettings:
    """Nothing travels.

    Attributes:
        debug: Adds the debug environment of torch launchers.
        symlink_from_remote_dir: Folder on the remote side to link instead of sending code.
    """

    debug: bool = False
    symlink_from_remote_dir: str | None = None
