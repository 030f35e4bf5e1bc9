"""What happens when a job fails: dependants are skipped, the reason is kept, and it can be repeated.

Run it with ``tools/run examples/handle_failures.py``.
"""

import os
import tempfile

import nemo_run as run

folder = tempfile.TemporaryDirectory()
flag = os.path.join(folder.name, "data-is-there")
local = run.LocalExecutor(env_vars={"FLAG": flag})

with run.Experiment("pipeline", executor=local) as exp:
    fetch = exp.add(run.Script(inline='test -e "$FLAG" || { echo no data >&2; exit 3; }'), name="fetch")
    exp.add(run.Script(inline="echo training"), name="train", dependencies=[fetch])
    exp.add(
        run.Script(inline="echo cleaning up"),
        name="clean",
        dependencies=[fetch],
        dependency_type="afterany",
    )
    exp.run()

for name, outcome in exp.results().items():
    print(f"{name}: {outcome.state} ({outcome.reason}) {outcome.message} {list(outcome.log_tail)}")

# Put things right, and run again only what did not succeed.
open(flag, "w").close()
resumed = run.Experiment.resume(exp.id)
print({name: str(outcome.state) for name, outcome in resumed.results().items()})

# A program that must notice failures asks for an exception.
try:
    run.run(run.Script(inline="exit 7"), executor=local, name="must-work", raise_on_failure=True)
except run.ExperimentFailedError as error:
    print(f"caught: {error}")

folder.cleanup()
