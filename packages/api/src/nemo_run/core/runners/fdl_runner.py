"""Run a serialised task: ``python -m nemo_run.core.runners.fdl_runner [--dryrun] [-n NAME] CONFIG``.

The work is done by the stand-alone ``task_runner``; this is the name under which programs start
and import it. Nothing else is loaded, so that starting a task costs little.
"""

from __future__ import annotations

from nemo_run_adapters.runner import task_runner


def fdl_direct_run(
    fdl_dryrun: bool = False,
    fdl_run_name: str = "run",
    fdl_package_cfg: str | None = None,
    fdl_config: str = "",
) -> None:
    """Run a task in this process.

    Args:
        fdl_dryrun: Only show the resolved arguments.
        fdl_run_name: Name of the task.
        fdl_package_cfg: Text or file of a packager to set up first.
        fdl_config: Text or file of the task.
    """
    task_runner.run(fdl_config, fdl_run_name, fdl_package_cfg, fdl_dryrun)


def __getattr__(name: str) -> object:
    if name != "fdl_runner_app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = _app()
    return value


def _app() -> object:
    import typer

    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)

    @app.command(context_settings={"ignore_unknown_options": True})
    def fdl_runner(
        words: list[str] = typer.Argument(..., metavar="CONFIG", help="File or text of the task."),
        fdl_dryrun: bool = typer.Option(False, "--dryrun", help="Only show the resolved arguments."),
        fdl_run_name: str = typer.Option("run", "--name", "-n", help="Name of the task."),
        fdl_package_cfg: str = typer.Option("", "--package-cfg", "-p", help="File or text of a packager."),
    ) -> None:
        """Run a serialised task; what is not known is ignored."""
        config = next((word for word in words if not word.startswith("-")), None)
        if config is None:
            raise typer.BadParameter("missing CONFIG")
        fdl_direct_run(fdl_dryrun, fdl_run_name, fdl_package_cfg or None, config)

    return app


if __name__ == "__main__":
    task_runner.OTHER_FRAMES.append(__file__)
    task_runner.main()
