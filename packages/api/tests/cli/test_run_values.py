"""What errors of users' functions do not show: the values of arguments."""

import pytest

KINDS = """
class Model:
    def __init__(self, api_key: str, n: int = 1):
        if n == 13:
            raise ValueError("unlucky")

def job(model: Model = None):
    raise KeyError("mine")

def lead(ctx: run.cli.RunContext, model: Model = None):
    raise KeyError("mine")

"""
WORDS = ("model=Config", "model.api_key=hunter2", "--yes")


@pytest.mark.parametrize("options", ["", ", type='experiment'", ", enable_executor=False"])
@pytest.mark.parametrize(("n", "said"), [(13, "unlucky"), (1, "mine")])
def test_errors_show_no_values(scripts, options, n, said):
    function = "lead" if "experiment" in options else "job"
    words = [*WORDS[:2], f"model.n={n}", *([] if "enable" in options else WORDS[2:])]
    done = scripts.run(*words, main=f"{KINDS}run.cli.main({function}{options})")
    assert done.code == 1
    assert said in done.err
    assert "hunter2" not in done.err
    assert "Fiddle" not in done.err
    assert "RunContext(" not in done.err
    assert ("while building Model(api_key, n) at <root>.model" in done.err) == (n == 13)


@pytest.mark.parametrize("options", [(), ("--verbose",), ("--rich-exceptions", "--rich-hide-locals")])
def test_errors_of_what_users_build_themselves_show_no_values(scripts, options):
    main = (
        KINDS + "import fiddle\n"
        "def build():\n    fiddle.build(run.Partial(job, model=run.Config(Model, api_key='hunter2', n=13)))\n"
        "run.cli.main(build)"
    )
    done = scripts.run("--yes", *options, main=main)
    assert "failed to construct or call Model at <root>.model" in done.err
    assert "keyword arguments: (" not in done.err
