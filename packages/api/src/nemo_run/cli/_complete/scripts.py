"""What the shells need to know; each script starts the program that is being typed to ask it."""

from __future__ import annotations

import re
from collections.abc import Sequence

SHELLS = ("bash", "zsh", "fish")
PROGRAMS = ("nemorun", "nemo")

# The answer comes on descriptor 3: what modules print while they are imported goes nowhere.

_BASH = r"""# Completion of @PROGRAMS@ for bash.
_@NAME@_complete() {
    local program=${1/#\~\//$HOME/} mode='' line
    COMPREPLY=()
    {
        IFS= read -r mode
        while IFS= read -r line; do COMPREPLY+=("$line"); done
    } < <(NEMORUN_COMPLETE=bash NEMORUN_COMPLETE_FD=3 NEMORUN_COMPLETE_REPLACED="$2" \
        NEMORUN_COMPLETE_LINE="${COMP_LINE:0:COMP_POINT}" command "$program" 3>&1 >/dev/null 2>&1 </dev/null)
    if [[ $mode == nospace ]]; then compopt -o nospace 2>/dev/null; fi
    return 0
}
complete -F _@NAME@_complete @PROGRAMS@
"""

_ZSH = r"""#compdef @PROGRAMS@
# Completion of @PROGRAMS@ for zsh.
_@NAME@_complete() {
    local line program=${(Q)words[1]/#\~\//$HOME/}
    local -a asked ending open ending_shown open_shown
    asked=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
    while IFS= read -r line; do
        if [[ $line == -* ]]; then
            open+=("${${line#?}%%$'\t'*}"); open_shown+=("${line#*$'\t'}")
        else
            ending+=("${${line#?}%%$'\t'*}"); ending_shown+=("${line#*$'\t'}")
        fi
    done < <(NEMORUN_COMPLETE=zsh NEMORUN_COMPLETE_FD=3 NEMORUN_COMPLETE_WORDS="${(pj:\x1f:)asked}" \
        command $program 3>&1 >/dev/null 2>&1 </dev/null)
    (( $#ending )) && compadd -l -d ending_shown -- $ending
    (( $#open )) && compadd -l -d open_shown -S '' -- $open
    return $(( $#ending + $#open == 0 ))
}
if [[ ${funcstack[1]} == _@PROGRAM@ ]]; then  # loaded by compinit under the name of its file
    _@NAME@_complete "$@"
else
    compdef _@NAME@_complete @PROGRAMS@
fi
"""

_FISH = r"""# Completion of @PROGRAMS@ for fish.
function __@NAME@_complete
    set -l words (commandline -opc)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -l asked $words[2..-1] (commandline -ct)
    set -l joined (string join \x1f -- $asked | string collect --allow-empty)
    NEMORUN_COMPLETE=fish NEMORUN_COMPLETE_FD=3 NEMORUN_COMPLETE_WORDS=$joined \
        command $program 3>&1 >/dev/null 2>/dev/null </dev/null
end
"""
_FISH_PROGRAM = "complete --no-files --command {program} --arguments '(__@NAME@_complete)'\n"

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def script(shell: str, programs: Sequence[str] = PROGRAMS) -> str:
    """Return the script that makes a shell complete these programs."""
    text = _SCRIPTS[shell]
    if shell == "fish":
        text += "".join(_FISH_PROGRAM.format(program=program) for program in programs)
    name = re.sub(r"\W", "_", programs[0])
    text = text.replace("@PROGRAM@", programs[0])
    return text.replace("@NAME@", name).replace("@PROGRAMS@", " ".join(programs))
