"""A thousand tasks of one launcher: bounded threads and memory, and no line of output lost."""

from __future__ import annotations

import re
import time
from pathlib import Path

from tests.integration.local.lab import Lab

MOST_THREADS = 40
MOST_KIB = 400_000

THOUSAND = """
import nemo_run as run
with run.Experiment("many", id="many_1", skip_status_at_exit=True, enable_goodbye_message=False) as exp:
    for number in range(1000):
        script = run.Script(path="-c", args=["echo $0 >> ran", str(number)], entrypoint="sh")
        exp.add(script, name=f"t{number}")
    exp.run()
assert {job.state.name for job in exp.jobs} == {"SUCCEEDED"}
"""
TAILED = """
import nemo_run as run
text = "for n in 0 1 2 3 4 5 6 7 8 9; do echo $0:$n; done; echo $0:e >&2; printf $0:last"
with run.Experiment("tail", id="tail_1") as exp:
    for number in range(300):
        exp.add(run.Script(path="-c", args=[text, f"T{number}"], entrypoint="sh"), name=f"t{number}")
    exp.run(tail_logs=True)
"""
ADDED = """
import nemo_run as run
with run.Experiment("ten", id="ten_1") as exp:
    for number in range(10_000):
        exp.add(run.Script(path="true", args=[str(number)]))
    assert len({job.id for job in exp.jobs}) == 10_000
"""


def field(pid: int, name: str) -> int:
    """Return a number of ``/proc/<pid>/status``; 0 when the process has ended."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    match = re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)
    return int(match[1]) if match else 0


def test_a_thousand_tasks_of_one_launcher(lab: Lab) -> None:
    running = lab.start(lab.write(THOUSAND))
    threads = memory = 0
    while not running.is_over:
        threads = max(threads, field(running.pid, "Threads"))
        memory = max(memory, field(running.pid, "VmHWM"))
        time.sleep(0.02)
    assert running.wait() == 0, running.text
    assert sorted((lab.folder / "ran").read_text().split(), key=int) == [str(n) for n in range(1000)]
    assert 1 <= threads < MOST_THREADS
    assert 1 <= memory < MOST_KIB


def test_ten_thousand_tasks_are_added(lab: Lab) -> None:
    lab.run(lab.write(ADDED))


def test_no_line_of_300_tailed_tasks_is_lost(lab: Lab) -> None:
    text = lab.run(lab.write(TAILED))
    found = re.findall(r"\bT(\d+):(\d|e|last)\b", text)
    wanted = [(str(task), part) for task in range(300) for part in [*"0123456789", "e", "last"]]
    assert sorted(found) == sorted(wanted)
