"""Files and folders as words."""

from __future__ import annotations

import os
from collections.abc import Iterator

from nemo_run.cli._complete.candidate import Candidate


def paths(text: str, *, prefix: str = "", suffixes: tuple[str, ...] = ()) -> Iterator[Candidate]:
    """Yield the files that begin with ``text``; hidden ones only where a dot was typed.

    Args:
        text: What was typed of the path.
        prefix: Of the word, before the path.
        suffixes: Only files with one of them, and all folders.
    """
    folder, name = os.path.split(text)
    try:
        entries = sorted(os.scandir(os.path.expanduser(folder) or "."), key=lambda entry: entry.name)
    except OSError:
        return
    start = text[: len(text) - len(name)]
    for entry in entries:
        if not entry.name.startswith(name) or (entry.name.startswith(".") and not name.startswith(".")):
            continue
        if entry.is_dir():
            yield Candidate(f"{prefix}{start}{entry.name}/", goes_on=True)
        elif not suffixes or entry.name.endswith(suffixes):
            yield Candidate(f"{prefix}{start}{entry.name}")
