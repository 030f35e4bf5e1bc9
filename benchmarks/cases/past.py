"""Look into a home with a long past: ``past.py TITLE ID``."""

import sys
import time

from bench import save

import nemo_run as run

if __name__ == "__main__":
    title, experiment_id = sys.argv[1:]
    experiment = run.Experiment  # both libraries are loaded now, one of them only at this
    start = time.perf_counter()
    count = len(experiment.catalog(title))
    listed = time.perf_counter()
    states = experiment.from_id(experiment_id).status(return_dict=True) or {}
    found = time.perf_counter()
    done = sum(str(entry["status"]).endswith("SUCCEEDED") for entry in states.values())
    save(catalog=listed - start, from_id=found - listed, count=count, done=done)
