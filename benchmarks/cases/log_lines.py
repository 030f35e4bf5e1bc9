"""Run a task that prints the time again and again: ``log_lines.py N``."""

import sys

import nemo_run as run

if __name__ == "__main__":
    loop = f"for i in $(seq {sys.argv[1]}); do echo stamp $EPOCHREALTIME; sleep 0.2; done"
    run.run(run.Script(inline=loop), executor=run.LocalExecutor(), name="t")
