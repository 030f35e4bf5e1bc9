"""Put the scripts where the shells look for them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from nemo_run.cli._complete.scripts import script

_BASH_COMPLETION = (
    "/usr/share/bash-completion/bash_completion",
    "/etc/bash_completion",
    "/usr/local/etc/profile.d/bash_completion.sh",
    "/opt/homebrew/etc/profile.d/bash_completion.sh",
)
_ZSHRC_LINES = "fpath=({folder} $fpath); autoload -Uz compinit && compinit"


def install(shell: str, programs: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Write the script for a shell, and return the lines to tell about it.

    Args:
        shell: ``bash``, ``zsh`` or ``fish``.
        programs: Which programs are completed.
        environ: Names the folders.
    """
    home = Path(environ.get("HOME") or Path.home())
    paths = _places(shell, programs, home, environ)
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    for path in paths:
        path.write_text(script(shell, programs))
    hint = _hint(shell, paths[0], Path(environ.get("ZDOTDIR") or home))
    return [*(f"Wrote {path}" for path in paths), *([hint] if hint else []), "New shells complete now."]


def _places(shell: str, programs: Sequence[str], home: Path, environ: Mapping[str, str]) -> list[Path]:
    if shell == "zsh":  # one file names all programs
        return [Path(environ.get("ZDOTDIR") or home) / ".zfunc" / f"_{programs[0]}"]
    if shell == "fish":
        config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
        return [config / "fish/completions" / f"{program}.fish" for program in programs]
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local/share") / "bash-completion"
    folder = Path(environ.get("BASH_COMPLETION_USER_DIR") or data) / "completions"
    return [folder / program for program in programs]


def _hint(shell: str, path: Path, zsh_home: Path) -> str:
    """Return what is left to do, if anything."""
    if shell == "bash" and not any(map(os.path.exists, _BASH_COMPLETION)):
        return f"The package bash-completion is not installed: add to ~/.bashrc: source '{path}'"
    if shell == "zsh" and str(path.parent.name) not in _text_of(zsh_home / ".zshrc"):
        return f"Add to {zsh_home / '.zshrc'}: {_ZSHRC_LINES.format(folder=path.parent)}"
    return ""


def _text_of(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
