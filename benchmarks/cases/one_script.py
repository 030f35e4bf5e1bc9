"""Run one trivial script on this machine."""

import nemo_run as run

if __name__ == "__main__":
    run.run(run.Script(inline="echo hi"), executor=run.LocalExecutor(), name="t")
