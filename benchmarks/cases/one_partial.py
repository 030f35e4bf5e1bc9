"""Run one trivial function on this machine, in a process of its own."""

import tasks

import nemo_run as run

if __name__ == "__main__":
    run.run(run.Partial(tasks.greet, name="you"), executor=run.LocalExecutor(), name="t")
