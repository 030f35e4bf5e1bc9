"""Run N functions at once, each in a process of its own: ``many_partials.py N``."""

import sys

import tasks

import nemo_run as run

if __name__ == "__main__":
    with run.Experiment("many", executor=run.LocalExecutor()) as experiment:
        for i in range(int(sys.argv[1])):
            experiment.add(run.Partial(tasks.greet, name=str(i)), name=f"t{i}")
        experiment.run()
