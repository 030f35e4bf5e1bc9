"""Scripts that call ``run.cli.main``: each row is a command line and what becomes of it."""

from dataclasses import dataclass, field

import pytest

DEFAULT_EXECUTOR = "run.cli.main(fit, default_executor=run.Config(run.LocalExecutor, ntasks_per_node=1))"


@dataclass
class Row:
    """One command line and what comes of it."""

    words: str
    code: int = 0
    out: tuple[str, ...] = ()
    err: tuple[str, ...] = ()
    not_out: tuple[str, ...] = ()
    main: str = "run.cli.main(fit)"
    environ: dict[str, str] = field(default_factory=dict)


RAN = "fit 64 gelu 10 t 0 None"
AFTER = "\nafter\n"

ROWS = {
    "112 in this process": Row("net=wide --yes", out=(RAN, "this process", AFTER)),
    "113 dry run": Row(
        "net=wide --dryrun", out=("Dry run for fit:", "net", AFTER), not_out=(RAN, "Continue?")
    ),
    "114 nobody to ask": Row("net=wide", code=1, err=("Error:", "--yes"), not_out=(RAN, "after")),
    "116 torchrun": Row("net=wide", out=(RAN, AFTER), environ={"WORLD_SIZE": "2"}),
    "116 no number": Row("net=wide", code=1, err=("--yes",), environ={"WORLD_SIZE": "two"}),
    "117 unknown parameter": Row("bogus=1 --yes", code=1, err=("Error:", "bogus"), not_out=("after",)),
    "118 missing argument": Row("--yes", code=1, err=("net", "Net"), not_out=("Task", "after")),
    "119 by a word": Row("net=wide run.skip_confirmation=True", out=(RAN,)),
    "120 unknown executor": Row(
        "net=wide --yes run.executor=nosuch", code=1, err=("Executor nosuch not found",), not_out=("Task",)
    ),
    "121 executor with arguments": Row(
        "net=wide --dryrun --direct run.executor=ex(nodes=2) run.executor.retries=1",
        out=("ntasks_per_node = 2", "retries = 1"),
    ),
    "122 default executor changed": Row(
        "net=wide --dryrun --direct run.executor.retries=1",
        out=("LocalExecutor", "retries = 1"),
        main=DEFAULT_EXECUTOR,
    ),
    "123 detached": Row("net=wide --yes run.detach=true", out=(AFTER,), main=DEFAULT_EXECUTOR),
    "124 parameter that begins with run": Row("net=wide runtime=5 --yes", out=("fit 64 gelu 10 t 5 None",)),
    "125 name that begins with run": Row("net=wide --yes run.name=run.v1", out=("Launching run.v1...",)),
    "126 executor without run": Row(
        "net=wide --dryrun --direct executor=ex executor.retries=3", out=("retries = 3",)
    ),
    "127 load": Row("--load x", code=1, err=("Error: Load is not implemented yet",), not_out=("after",)),
    "128 entry point without a question": Row(
        "net=wide", out=(RAN,), main="run.cli.main(fit, skip_confirmation=True)"
    ),
    "129 dry run of an experiment": Row(
        "net=wide --dryrun",
        out=("many many True NoneType 64", "Dry run of experiment", "left", AFTER),
        not_out=(RAN,),
        main="run.cli.main(many, type='experiment')",
    ),
    "130 yes and a file": Row("-y --yaml full.yaml", out=("fit 33 tanh 4 t 0 None", AFTER)),
    "131 help": Row("--help", out=("mode", "steps")),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_acceptance(scripts, row):
    (scripts.folder / "full.yaml").write_text("net: {_factory_: wide(width=33), act: tanh}\nsteps: 4\n")
    done = scripts.run(*row.words.split(), main=row.main, **row.environ)
    assert done.code == row.code, done
    assert not [text for text in row.out if text not in done.out], done
    assert not [text for text in row.err if text not in done.err], done
    assert not [text for text in row.not_out if text in done.out], done
    assert done.code == 0 or done.err.count("Error:") == 1, done
