"""Experiments that are commands, in this process."""


def test_jobs_of_an_experiment_run_one_after_the_other_in_this_process(scripts):
    sequence = (
        "def both(ctx: run.cli.RunContext):\n"
        "    with run.Experiment(ctx.name) as exp:\n"
        "        for title in 'one', 'two':\n"
        "            exp.add(run.Partial(fit, net=run.Config(Net), title=title), name=title)\n"
        "        ctx.launch(exp, sequential=True)\n\n"
        "run.cli.main(both, type='experiment')"
    )
    done = scripts.run("--yes", main=sequence)
    assert done.code == 0, done
    assert done.out.index("relu 10 one") < done.out.index("relu 10 two")


def test_a_dry_run_resumes_nothing(scripts):
    again = (
        "def again(ctx: run.cli.RunContext):\n"
        "    run.Experiment.resume('night_1')\n\n"
        "run.cli.main(again, type='experiment')"
    )
    done = scripts.run("--dryrun", main=again)
    assert done.code == 1
    assert "this is a dry run; experiment 'night_1' is not resumed" in done.err
