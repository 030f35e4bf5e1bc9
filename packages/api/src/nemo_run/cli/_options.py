"""Arguments and options that several commands share."""

from __future__ import annotations

import os
from typing import Annotated

import typer

ExperimentName = Annotated[
    str, typer.Argument(metavar="EXPERIMENT", help="Id of an experiment, or a title: its newest run.")
]
JobName = Annotated[str, typer.Argument(metavar="JOB", help="Index of a job, from 0, or its id.")]
BaseDir = Annotated[
    str | None,
    typer.Option("--base-dir", metavar="FOLDER", help="Look here instead of in the home folder."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON; so does NEMORUN_OUTPUT=json.")]


def wants_json(flag: bool) -> bool:
    """Whether standard output is for programs."""
    return flag or os.environ.get("NEMORUN_OUTPUT", "").strip().lower() == "json"
