"""Ask for the states of a finished experiment from another process: ``status.py TITLE``."""

import sys
import time

from bench import save

import nemo_run as run

if __name__ == "__main__":
    experiment = run.Experiment  # both libraries are loaded now, one of them only at this
    start = time.perf_counter()
    states = experiment.from_title(sys.argv[1]).status(return_dict=True) or {}
    seconds = time.perf_counter() - start
    done = sum(str(entry["status"]).endswith("SUCCEEDED") for entry in states.values())
    save(status=seconds, done=done)
