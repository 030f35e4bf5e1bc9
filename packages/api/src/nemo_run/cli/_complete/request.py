"""What the shell asks, read from the environment; arguments would meet programs that read them early.

============================  =================================================================
``NEMORUN_COMPLETE``          ``bash``, ``zsh`` or ``fish``
``NEMORUN_COMPLETE_FD``       descriptor to answer on, so that what imports print is no answer
``NEMORUN_COMPLETE_LINE``     bash: the line up to the cursor
``NEMORUN_COMPLETE_REPLACED`` bash: the end of it that the answer replaces
``NEMORUN_COMPLETE_WORDS``    zsh, fish: the words behind the program's name up to the cursor,
                              separated by the ASCII character 31
============================  =================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nemo_run.cli._complete.words import Typed, split

VARIABLE = "NEMORUN_COMPLETE"
DESCRIPTOR = f"{VARIABLE}_FD"
LINE = f"{VARIABLE}_LINE"
REPLACED = f"{VARIABLE}_REPLACED"
WORDS = f"{VARIABLE}_WORDS"
SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Request:
    """What is asked.

    Attributes:
        shell: ``bash``, ``zsh`` or ``fish``.
        words: Behind the program's name, before the word being typed.
        current: The word being typed.
        replaced: bash: the end of it that an answer replaces.
    """

    shell: str
    words: tuple[str, ...]
    current: Typed
    replaced: str = ""


def read(environ: Mapping[str, str]) -> Request:
    """Return what is asked."""
    shell = environ[VARIABLE]
    if shell == "bash":
        typed = split(environ.get(LINE, ""))
        words = tuple(word.text for word in typed[1:-1])
        return Request(shell, words, typed[-1], environ.get(REPLACED, ""))
    *words, raw = environ.get(WORDS, "").split(SEPARATOR)
    current = split(raw)[-1] if shell == "fish" else Typed(raw, raw)
    return Request(shell, tuple(words), current)
