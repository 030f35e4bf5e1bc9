"""Functions and factories that cannot be what they are used as."""

import pytest

KINDS = """
async def wait(n: int = 1):
    print("ran")

async def stream(n: int = 1):
    yield n

def each(n: int = 1):
    yield n

def sync(n: int = 1):
    import asyncio
    asyncio.run(wait(n))

async def lead(ctx: run.cli.RunContext):
    pass

"""


@pytest.mark.parametrize(
    "call",
    [
        "run.cli.main({})",
        "run.cli.main({}, enable_executor=False)",
        "run.cli.entrypoint({})",
        "run.cli.RunContext(name='x', skip_confirmation=True).cli_execute({}, [])",
    ],
)
@pytest.mark.parametrize(
    ("name", "way_out"),
    [("wait", "asyncio.run(wait(...))"), ("stream", "asyncio.run(stream(...))"), ("each", "iterates over")],
)
def test_functions_that_run_nothing_are_refused(scripts, call, name, way_out):
    done = scripts.run("--yes", main=KINDS + call.format(name))
    assert done.code == 1
    assert done.out == ""
    assert f"entry point '{name}' " in done.err
    assert way_out in done.err


def test_so_are_those_of_experiments(scripts):
    done = scripts.run("--yes", main=f"{KINDS}run.cli.main(lead, type='experiment')")
    assert done.code == 1
    assert "entry point 'lead' is async" in done.err


def test_a_function_that_waits_is_run(scripts):
    assert "ran\n" in scripts.run("--yes", main=f"{KINDS}run.cli.main(sync)").out


@pytest.mark.parametrize("factory", ["lambda y: run.Partial(fit)", "lambda *, y: run.Partial(fit)"])
@pytest.mark.parametrize("function", ["main", "entrypoint"])
def test_a_default_factory_takes_no_arguments(scripts, factory, function):
    done = scripts.run("--yes", main=f"run.cli.{function}(fit, default_factory={factory})")
    assert done.code == 1
    assert "default_factory '<lambda>' must take no arguments: give 'y' a default" in done.err


def test_a_default_factory_may_have_arguments_with_defaults(scripts):
    main = "run.cli.main(fit, default_factory=lambda y=3: run.Partial(fit, net=wide(), steps=y))"
    assert "fit 64 gelu 3 " in scripts.run("--yes", main=main).out
