"""Run N scripts at once: ``many_scripts.py N [COMMAND]``."""

import sys

from bench import save

import nemo_run as run

if __name__ == "__main__":
    command = sys.argv[2] if len(sys.argv) > 2 else "true"
    with run.Experiment("many", executor=run.LocalExecutor()) as experiment:
        for i in range(int(sys.argv[1])):
            experiment.add(run.Script(inline=f"{command}; echo {i}"), name=f"t{i}")
        experiment.run()
    save()
