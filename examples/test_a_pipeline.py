"""Test a pipeline without running anything: the memory executor pretends.

Run it with ``tools/run examples/test_a_pipeline.py``.
"""

import nemo_run as run


def build_pipeline(executor: run.Executor, broken: run.Executor) -> run.Experiment:
    """Add the jobs of a pipeline; what runs where is up to the caller."""
    with run.Experiment("nightly") as exp:
        data = exp.add(run.Script(inline="make data"), executor=executor, name="data")
        model = exp.add(run.Script("train.py"), executor=broken, name="model", dependencies=[data])
        exp.add(run.Script("evaluate.py"), executor=executor, name="evaluate", dependencies=[model])
        exp.run()
    return exp


fine = run.MemoryExecutor()
fails = run.MemoryExecutor(outcome="FAILED", exit_code=137, reason="out of memory")

outcomes = build_pipeline(fine, fails).results()
assert outcomes["data"].succeeded
assert outcomes["model"].exit_code == 137
assert str(outcomes["evaluate"].reason) == "skipped"
print("the pipeline skips the evaluation when the training runs out of memory")
