"""Run a task of 10 s that says when it has started, and wait to be interrupted."""

from pathlib import Path

import nemo_run as run

if __name__ == "__main__":
    started = Path("started").resolve()
    run.run(run.Script(inline=f"touch {started}; sleep 10"), executor=run.LocalExecutor(), name="t")
