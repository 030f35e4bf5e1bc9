"""Errors of functions that run, whatever their class."""

import pytest

BROKEN = """
def go():
    raise BrokenPipeError("the other side hung up")

def lead(ctx: run.cli.RunContext):
    go()

"""


@pytest.mark.parametrize("options", ["go", "lead, type='experiment'", "go, enable_executor=False"])
def test_pipes_of_the_function_are_no_end_of_ours(scripts, options):
    words = [] if "enable" in options else ["--yes"]
    done = scripts.run(*words, main=f"{BROKEN}run.cli.main({options})")
    assert done.code == 1
    assert "the other side hung up" in done.err
    assert ("in go\n" in done.err) == (not options.endswith("False"))


@pytest.mark.parametrize("options", ["", ", enable_executor=False"])
def test_a_function_whose_output_nobody_reads_ends_quietly(scripts, options):
    main = f"def go():\n    while True:\n        print('x' * 9999)\n\nrun.cli.main(go{options})"
    words = [] if options else ["--yes"]
    done = scripts.run(*words, main=main, closing="> >(head -c 1 > /dev/null)")
    assert (done.code, done.err) == (141, "")


OURS = """
from nemo_run.exceptions import InvalidConfigError

def go(n: int = 1):
    raise InvalidConfigError("deep down")

def lead(ctx: run.cli.RunContext):
    go()

@run.cli.factory(target=go)
def bad() -> run.Partial[go]:
    raise InvalidConfigError("deep down")

"""


@pytest.mark.parametrize("options", ["go", "lead, type='experiment'"])
def test_our_errors_raised_by_the_function_come_with_its_traceback(scripts, options):
    done = scripts.run("--yes", main=f"{OURS}run.cli.main({options})")
    assert done.code == 1
    assert "in go\n" in done.err
    assert done.err.endswith("InvalidConfigError: deep down\n")
    assert "nemo_run/cli" not in done.err


def test_our_errors_while_configuring_are_one_line(scripts):
    done = scripts.run("--yes", "--factory", "bad", main=f"{OURS}run.cli.main(go)")
    assert done.code == 1
    assert "deep down" in done.complaint
