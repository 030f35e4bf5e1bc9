"""Completion in the shells themselves, with a script that calls ``run.cli.main``."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nemo_run.cli import create_cli
from nemo_run.cli._complete import scripts

DEADLINE = 60.0

TRAIN = """#!{python}
import enum
from dataclasses import dataclass
from typing import Literal, Optional
import nemo_run as run

print("noise on standard output")

class Color(enum.Enum):
    RED = 1
    BLUE = 2

@dataclass
class Net:
    width: int = 8
    act: str = "relu"

@run.cli.factory
def wide(width: int = 64) -> run.Config[Net]:
    "A wide net."
    return run.Config(Net, width=width)

def train(
    net: Net,
    other: Optional[Net] = None,
    mode: Literal["a", "b c"] = "a",
    color: Color = Color.RED,
    fast: bool = False,
):
    raise SystemExit("a task ran")

if __name__ == "__main__":
    open("main_was_called", "a").close()
    run.cli.main(train)
    open("went_on_behind_main", "a").close()
"""


def need(shell: str) -> str:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} IS NOT INSTALLED: its completion is not tested; see tools/test")
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    script = tmp_path / "train.py"
    script.write_text(TRAIN.format(python=sys.executable))
    script.chmod(0o755)
    (tmp_path / "conf ig.yaml").write_text("a: 1\n")
    (tmp_path / "sub").mkdir()
    return tmp_path


@pytest.fixture
def environ(place: Path) -> dict[str, str]:
    programs = os.path.dirname(sys.executable)
    return {
        "PATH": f"{programs}:{place}:{os.environ['PATH']}",
        "HOME": str(place),
        "NEMORUN_HOME": str(place / "home"),
        "INCLUDE_WORKSPACE_FILE": "false",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm",
    }


def write_scripts(shell: str, place: Path) -> None:
    (place / f"nemorun.{shell}").write_text(scripts.script(shell))
    (place / f"train.{shell}").write_text(scripts.script(shell, ["train.py"]))


def run_shell(shell: str, source: str, place: Path, environ: dict[str, str]) -> str:
    options = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = subprocess.run(
        [need(shell), *options, "-c", source],
        env=environ,
        cwd=place,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        stdin=subprocess.DEVNULL,
    )
    assert done.stderr == ""
    return done.stdout


CASES = {
    "nemorun exp": ["experiment"],
    "nemorun completion ": ["bash", "zsh", "fish"],
    "nemorun experiment st": ["status"],
    "nemorun experiment wait --ti": ["--timeout"],
    "nemorun nosuch ": [],
    "train.py mo": ["mode="],
    "train.py ne": ["net=", "net."],
    "train.py net.": ["net.width=", "net.act="],
    "train.py net=": ["net=wide"],
    "train.py net=wide net.wi": ["net.width="],
    "train.py color=": ["color=RED", "color=BLUE"],
    "train.py fast=": ["fast=true", "fast=false"],
    "train.py other=": ["other=None", "other=wide"],
    "train.py run.det": ["run.detach="],
    "train.py run.detach=t": ["run.detach=true"],
    "train.py --to-y": ["--to-yaml"],
    "train.py --factory ": [],
    "train.py net=@su": ["net=@sub/"],
    "train.py --yaml ": ["conf ig.yaml", "sub/"],
    "train.py bogus.": [],
}


def answers(output: str) -> dict[str, list[str]]:
    """Return line -> what was answered; each part of the output is a line and then the answers."""
    parts = [part.splitlines() for part in output.split("=== ")[1:]]
    return {part[0].removesuffix("|"): sorted(part[1:]) for part in parts}


def quoted_lines() -> str:
    return " ".join(f"'{line}'" for line in CASES)


BASH = """
set -u
source nemorun.bash; source train.bash
for LINE in @LINES@; do
    COMP_LINE=$LINE COMP_POINT=${#LINE} COMPREPLY=()
    case $LINE in train.py*) ask=_train_py_complete ;; *) ask=_nemorun_complete ;; esac
    word=${LINE##* } replaced=${LINE##*[ =:@]}
    $ask "${LINE%% *}" "$replaced" ""
    echo "=== $LINE|"
    for value in "${COMPREPLY[@]}"; do echo "${word%"$replaced"}$value"; done
done
"""
FISH = """
source nemorun.fish; source train.fish
for line in @LINES@
    echo "=== $line|"
    complete -C "$line" | string replace -r '\t.*' ''
end
"""
ZSH = """
autoload -Uz compinit; compinit -u -D
source nemorun.zsh; source train.zsh
compadd() { local -a all=("$@"); print -rl -- "${(@)all[${all[(i)--]}+1,-1]}" }
for line in @LINES@; do
    print -r -- "=== $line|"
    words=("${(z)line}"); [[ $line == *' ' ]] && words+=("")
    CURRENT=$#words PREFIX=$words[-1]
    _${${words[1]}//./_}_complete || true
done
"""


@pytest.mark.parametrize(("shell", "source"), [("bash", BASH), ("fish", FISH), ("zsh", ZSH)])
def test_a_shell_is_told_what_may_follow(
    shell: str, source: str, place: Path, environ: dict[str, str]
) -> None:
    need(shell)
    write_scripts(shell, place)
    shown = run_shell(shell, source.replace("@LINES@", quoted_lines()), place, environ)
    plain = {line: [value.replace("\\ ", " ") for value in found] for line, found in answers(shown).items()}
    assert plain == {line: sorted(values) for line, values in CASES.items()}
    assert (place / "main_was_called").exists()
    assert not (place / "went_on_behind_main").exists()


# -- typed by hand ---------------------------------------------------------------------------------

START = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "-i"],
}
SHADOW = {  # shows the words that a program would get; completion asks the program itself
    "bash": "nemorun() { printf '<%s>' \"$@\"; }; train.py() { printf '<%s>' \"$@\"; }",
    "zsh": "nemorun() { printf '<%s>' \"$@\" }; train.py() { printf '<%s>' \"$@\" }",
    "fish": "function nemorun; printf '<%s>' $argv; end; function train.py; printf '<%s>' $argv; end",
}
PREPARE = {
    "bash": "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'",
    "zsh": "autoload -Uz compinit; compinit -u -D; unsetopt beep zle_bracketed_paste 2>/dev/null",
    "fish": "set fish_greeting",
}

CONTROL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""  # the terminal becomes the one that controls the shell, or fish does not start


class Terminal:
    """An interactive shell that one types to."""

    def __init__(self, shell: str, place: Path, environ: dict[str, str]) -> None:
        self.seen = ""
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", CONTROL, need(shell), *START[shell]],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environ,
            cwd=place,
            start_new_session=True,
        )
        os.close(theirs)

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def wait_for(self, pattern: str) -> re.Match[str]:
        end = time.monotonic() + DEADLINE
        while (found := re.search(pattern, self.seen)) is None:
            ready, _, _ = select.select([self._ours], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"no {pattern!r} in {self.seen!r}"
            self.seen += os.read(self._ours, 4096).decode(errors="replace")
        self.seen = self.seen[found.end() :]
        return found

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@pytest.fixture(params=["bash", "zsh", "fish"])
def terminal(request: pytest.FixtureRequest, place: Path, environ: dict[str, str]) -> Iterator[Terminal]:
    shell = request.param
    made = Terminal(shell, place, environ)
    try:
        write_scripts(shell, place)
        load = f"source nemorun.{shell}; source train.{shell}; {SHADOW[shell]}"
        made.type(f"{PREPARE[shell]}; {load}; printf 'rea%s\\n' dy\n")
        made.wait_for("ready\r?\n")
        yield made
    finally:
        made.close()


TYPED = [
    ("nemorun exp\tst\t", "<experiment><status>"),
    ("train.py net=w\tmo\ta\t", "<net=wide><mode=a>"),
    ("train.py mode=b\t", "<mode=b c>"),
    ("train.py --yaml con\t", "<--yaml><conf ig.yaml>"),
    ("cd . ; A=1 nemorun exp\tst\t", "<experiment><status>"),
    ("train.py other=wi\tother.w\t5", "<other=wide><other.width=5>"),
]


@pytest.mark.parametrize(("keys", "arguments"), TYPED)
def test_keys_become_the_words_that_are_meant(terminal: Terminal, keys: str, arguments: str) -> None:
    terminal.type(f"{keys}\n")
    terminal.wait_for(re.escape(arguments))


# -- install ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shell", "files"),
    [
        ("bash", [f".local/share/bash-completion/completions/{name}" for name in ("nemorun", "nemo")]),
        ("zsh", [".zfunc/_nemorun"]),
        ("fish", [f".config/fish/completions/{name}.fish" for name in ("nemorun", "nemo")]),
    ],
)
def test_install_writes_where_the_shell_looks(
    shell: str, files: list[str], place: Path, environ: dict[str, str]
) -> None:
    def call(*words: str) -> str:
        done = subprocess.run(
            ["nemorun", "completion", shell, *words],
            env=environ,
            cwd=place,
            capture_output=True,
            text=True,
            check=True,
            timeout=DEADLINE,
        )
        return done.stdout

    told = call("--install")
    script = call()
    for name in files:
        assert f"Wrote {place / name}\n" in told
        assert (place / name).read_text() == script
    assert told == call("--install")


def test_zsh_loads_what_was_installed_by_itself(place: Path, environ: dict[str, str]) -> None:
    need("zsh")
    subprocess.run(
        ["nemorun", "completion", "zsh", "--install"], env=environ, cwd=place, check=True, stdout=-3
    )
    (place / ".zshrc").write_text(
        "fpath=(~/.zfunc $fpath); autoload -Uz compinit && compinit -u -D\nPS1='%% '\n"
    )
    terminal = Terminal("zsh", place, environ)
    try:
        terminal.type("source ~/.zshrc; nemorun() { printf '<%s>' \"$@\" }; printf 'rea%s\\n' dy\n")
        terminal.wait_for("ready\r?\n")
        terminal.type("nemorun exp\tst\t\n")
        terminal.wait_for("<experiment><status>")
    finally:
        terminal.close()


def test_fish_loads_what_was_installed_by_itself(place: Path, environ: dict[str, str]) -> None:
    fish = need("fish")
    subprocess.run(
        ["nemorun", "completion", "fish", "--install"], env=environ, cwd=place, check=True, stdout=-3
    )
    done = subprocess.run(
        [fish, "-c", "complete -C 'nemo experiment st'"],
        env=environ,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    assert done.stdout.split("\t")[0] == "status"


def test_an_unknown_shell_is_told(environ: dict[str, str], place: Path) -> None:
    done = subprocess.run(
        ["nemorun", "completion", "tcsh"], env=environ, cwd=place, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr == "Error: no completion for the shell 'tcsh'; there is bash, zsh, fish\n"


@pytest.mark.parametrize("name", ["nofile.py", "./nofile", "no/file.py"])
def test_a_script_that_is_not_there_is_not_completed(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(create_cli(), ["completion", "bash", "--program", name])
    assert done.exit_code == 1
    assert f"there is no file {name!r}" in done.output


def test_a_program_may_come_later():
    done = CliRunner().invoke(create_cli(), ["completion", "bash", "--program", "mine"])
    assert (done.exit_code, "mine" in done.output) == (0, True)
