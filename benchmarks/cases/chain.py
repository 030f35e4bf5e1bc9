"""Run N scripts one after the other, each waiting for the one before: ``chain.py N COMMAND``."""

import sys

import nemo_run as run

if __name__ == "__main__":
    with run.Experiment("chain", executor=run.LocalExecutor()) as experiment:
        before: list[str] = []
        for i in range(int(sys.argv[1])):
            script = run.Script(inline=f"{sys.argv[2]}; echo {i}")
            before = [experiment.add(script, name=f"t{i}", dependencies=before)]
        experiment.run()
