"""Arguments, values of variables, paths and names arrive exactly as they were given."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.local.lab import Lab, eventually

SHOW = """
import json, os, sys
names = json.loads(os.environ["SHOW_NAMES"])
with open(os.environ["SHOW_TO"], "w", encoding="ascii") as file:
    json.dump({"argv": sys.argv[1:], "env": {n: os.environ.get(n) for n in names}}, file)
"""
# The inline script hands its arguments to a program that shows them.
INLINE = 'exec "$SHOW_PYTHON" -S show.py "$@"'
LAUNCH = """
import sys
args, env = given["args"], given["env"]
ours = {"SHOW_NAMES": json.dumps([*env]), "SHOW_PYTHON": sys.executable}
def script(name, **how):
    return run.Script(args=args, env={**env, **ours, "SHOW_TO": f"shown.{name}"}, **how)
with run.Experiment(given["title"], id=given["title"] + "_1") as exp:
    exp.add(script("path", path="show.py", entrypoint="python"), name=given["names"][0])
    exp.add(script("inline", inline=given["inline"]), name=given["names"][1])
    exp.add(script("module", path="show", m=True, entrypoint="python"), name=given["names"][2])
    path = given["folder"] + "/show.py"
    exp.add(script("strange", path=path, entrypoint="python"), name=given["names"][3])
    exp.run()
again = run.Experiment.from_id(exp.id)
answer = {"states": states(again), "shown": {}}
for name in ("path", "inline", "module", "strange"):
    answer["shown"][name] = json.load(open(f"shown.{name}"))
"""
NASTY = ["", " ", "a b", "'", '"', "$HOME", "$(touch x)", "`id`", "; rm -rf x", "a\nb", "\t", "\\", "\\n"]
NASTY += [
    "*",
    "~",
    "-n",
    "--",
    "{x}",
    "%s",
    "!h",
    "#",
    "&&",
    "|",
    ">",
    "ünïcödé",
    "日本語",
    "🚀",
    "[a]",
    "a=b",
]
NASTY += ["'\"'", "\r\n", "\x07"]
STRANGE = "ab '\"$;&()[]{}*?#%!~=+,@ü日🚀"

texts = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12)
names = st.text(st.sampled_from(STRANGE), min_size=1, max_size=12).map(lambda text: f"n{text}n")


@settings(max_examples=3, deadline=None, derandomize=True)
@given(
    args=st.lists(texts, min_size=100, max_size=100),
    values=st.lists(texts, min_size=30, max_size=30),
    folder=names,
    title=names,
    jobs=st.lists(names, min_size=4, max_size=4, unique=True),
)
def test_texts_arrive_exactly(
    tmp_path_factory: pytest.TempPathFactory,
    args: list[str],
    values: list[str],
    folder: str,
    title: str,
    jobs: list[str],
) -> None:
    lab = Lab(tmp_path_factory.mktemp("exact"))
    lab.write(SHOW, "show.py")
    (lab.folder / folder).mkdir()
    lab.write(SHOW, f"{folder}/show.py")
    args = [*NASTY, *args]
    # A value keeps its ``$`` active for shells, which no local task goes through.
    env = {f"V{number}": value for number, value in enumerate([*NASTY, *values])}
    answer = lab.ask(
        LAUNCH, args=args, env=env, title=title, names=jobs, inline=INLINE, folder=str(lab.folder / folder)
    )
    assert answer["states"] == dict.fromkeys(jobs, "SUCCEEDED")
    for name, shown in answer["shown"].items():
        assert shown["argv"] == args, name
        assert shown["env"] == env, name
    eventually(lambda: not lab.processes())
