"""Experiments that are commands: dry runs launch nothing, and functions may build what they like."""

import pytest

EXPERIMENT = "run.cli.main(many, type='experiment')"


CARELESS = """
import pathlib

def touch(path: str):
    pathlib.Path(path).touch()

def careless(ctx: run.cli.RunContext, how: str):
    print("called")
    place = run.LocalExecutor()
    task = run.Partial(touch, path="touched")
    script = run.Script(inline="touch touched")
    if how == "task":
        run.run(task)
        run.run(script)
    elif how == "elsewhere":
        run.run(task, executor=place)
    else:
        with run.Experiment("exp", executor=place) as exp:
            exp.add(task, name="one")
            exp.add(script, name="two")
            exp.run(direct=how == "here", sequential=how == "chain", detach=how == "detach")

run.cli.main(careless, type="experiment")
"""


@pytest.mark.parametrize(
    ("how", "shown"),
    [
        ("task", ("path                  'touched'", "touch touched")),
        ("elsewhere", ("fdl_runner", "ctx.launch(exp)")),
        ("launch", ("fdl_runner", "Task two", "ctx.launch(exp)")),
        ("detach", ("fdl_runner", "Task two", "ctx.launch(exp)")),
        ("chain", ("Task two after ['one']", "ctx.launch(exp)")),
        ("here", ("in this process", "path                  'touched'", "touch touched", "ctx.launch(exp)")),
    ],
)
def test_a_dry_run_launches_nothing_whatever_the_function_calls(scripts, how, shown):
    done = scripts.run(f"how={how}", "--dryrun", main=CARELESS)
    assert done.code == 0, done
    assert not (scripts.folder / "touched").exists()
    assert [text for text in ("called", *shown) if text not in done.out + done.err] == []
    assert not list((scripts.folder / "home").glob("experiments/*"))


def test_after_a_dry_run_the_process_launches_again(scripts):
    main = CARELESS.replace("run.cli.main(", "run.cli.entrypoint(careless, type='experiment')\n#")
    main += "\nctx = run.cli.RunContext(name='x', dryrun=True)\n"
    main += (
        "ctx.cli_execute(careless, ['how=task'], 'experiment')\nassert not pathlib.Path('touched').exists()\n"
    )
    main += "run.run(run.Partial(touch, path='touched'))\n"
    done = scripts.run(main=main)
    assert done.code == 0, done
    assert (scripts.folder / "touched").exists()


def test_the_dry_run_of_a_direct_run_shows_no_command(scripts):
    done = scripts.run("net=wide", "--dryrun", main=EXPERIMENT)
    assert done.code == 0, done
    assert "in this process" in done.out
    assert "width=64" in done.out
    assert "exit 0" in done.out  # the script of the second job
    assert "fdl_runner" not in done.out
    assert not list((scripts.folder / "home").glob("experiments/*"))


BUILDING = """
import fiddle as fdl

def building(ctx: run.cli.RunContext, width: int = 3):
    print(fdl.build(run.Config(Net, width=width)))
    run.run(run.Partial(fit, net=run.Config(Net, width=width)))

run.cli.main(building, type="experiment", default_executor=PLACE)
"""


@pytest.mark.parametrize("place", ["None", "run.Config(run.LocalExecutor)"], ids=["here", "executor"])
def test_the_function_of_an_experiment_may_build_and_run_configurations(scripts, place):
    done = scripts.run("width=9", "--yes", main=BUILDING.replace("PLACE", place))
    assert done.code == 0, done
    assert "Net(width=9" in done.out
    assert "fit 9 relu" in done.out
