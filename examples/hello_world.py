"""A script, a function, a small graph of jobs; then their status, logs and results.

Run it with ``tools/run examples/hello_world.py``.
"""

import nemo_run as run


def train(lr: float, steps: int) -> dict[str, float]:
    """Pretend to train a model."""
    loss = 1.0
    for step in range(1, steps + 1):
        loss *= 1.0 - lr
        if step % 50 == 0:
            print(f"step {step}: loss {loss:.4f}")
    return {"lr": lr, "loss": round(loss, 4)}


# A script and a function, a line each: configure it, say where it runs.
run.run(run.Script(inline="echo hello from a script"), executor=run.LocalExecutor(), name="hello")
run.run(run.Partial(train, lr=3e-4, steps=100), executor=run.LocalExecutor())

# Several jobs: the trainings start once the data is there, side by side.
with run.Experiment("sweep", executor=run.LocalExecutor()) as exp:
    prepare = exp.add(run.Script(inline="echo preparing data"), name="prepare", tail_logs=True)
    for lr in (1e-3, 3e-4):
        exp.add(run.Partial(train, lr=lr, steps=100), name=f"lr-{lr}", dependencies=[prepare])
    exp.run()

# Any time later, from any program: the experiment is found again by its id.
again = run.Experiment.from_id(exp.id)
again.status()
again.logs("lr-0.001")
for name, outcome in again.results().items():
    print(f"{name}: {outcome.state}, exit code {outcome.exit_code}, value {outcome.value}")
