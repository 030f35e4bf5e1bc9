"""Run a task of 0.1 s and see how long after its last act the program goes on."""

import time
from pathlib import Path

from bench import save

import nemo_run as run

if __name__ == "__main__":
    end = Path("end").resolve()
    start = time.time()
    with run.Experiment("finish", executor=run.LocalExecutor()) as experiment:
        experiment.add(run.Script(inline=f"sleep 0.1; echo hi; echo $EPOCHREALTIME > {end}"), name="t")
        experiment.run()
    now = time.time()
    save(block=now - start, after=now - float(end.read_text()))
