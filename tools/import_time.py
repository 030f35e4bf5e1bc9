"""Report what ``import nemo_run`` costs over a bare interpreter: modules, milliseconds, memory.

Each number is the median over fresh interpreters. ``--json`` prints one object; ``--module`` measures
another module.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any

# Runs inside the measured interpreter; the timer stops before anything else is looked at. The peak that
# ``getrusage`` tells would include this process, whose memory the new one shares for a moment.
PROBE = """
import sys, time
before = set(sys.modules)
started = time.perf_counter()
{statement}
seconds = time.perf_counter() - started
loaded = sorted(set(sys.modules) - before)
import os
try:
    with open("/proc/self/statm") as statm:
        resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
except OSError:
    resident = 0
import json
print(json.dumps({{"seconds": seconds, "modules": loaded, "rss_kib": resident}}))
"""


@dataclass(frozen=True)
class Cost:
    """What one import costs.

    Attributes:
        module: What was imported.
        milliseconds: Time of the import statement, median.
        modules: Names in ``sys.modules`` that were not there before.
        foreign: Top-level names among them from neither the standard library nor this project.
        rss_mib: Resident memory beyond a bare interpreter's, MiB, median; 0 where there is no ``/proc``.
    """

    module: str
    milliseconds: float
    modules: int
    foreign: list[str]
    rss_mib: float


def probe(statement: str) -> dict[str, Any]:
    """Run one statement in a fresh interpreter and return what it loaded, took and held."""
    command = [sys.executable, "-c", PROBE.format(statement=statement)]
    result = subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return json.loads(result.stdout)


def is_foreign(name: str) -> bool:
    """Whether a top-level module comes from another distribution."""
    return not name.startswith(("_", "nemo_run")) and name not in sys.stdlib_module_names


def measure(module: str, rounds: int) -> Cost:
    """Measure an import over several fresh interpreters, after one that fills the caches."""
    probe(f"import {module}")
    bare = [probe("pass") for _ in range(rounds)]
    full = [probe(f"import {module}") for _ in range(rounds)]
    names = {name.partition(".")[0] for name in full[0]["modules"]}
    memory = _median(full, "rss_kib") - _median(bare, "rss_kib")
    return Cost(
        module=module,
        milliseconds=round(1000 * _median(full, "seconds"), 2),
        modules=len(full[0]["modules"]),
        foreign=sorted(filter(is_foreign, names)),
        rss_mib=round(memory / 1024, 2),
    )


def _median(runs: list[dict[str, Any]], key: str) -> float:
    return statistics.median(float(run[key]) for run in runs)


def main() -> int:
    """Print the cost of one import."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--module", default="nemo_run", help="what to import")
    parser.add_argument("--rounds", type=int, default=7, help="interpreters to start of each kind")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    cost = measure(arguments.module, arguments.rounds)
    if arguments.json:
        print(json.dumps(asdict(cost)))
    else:
        print(
            f"import {cost.module}: {cost.milliseconds} ms, {cost.modules} modules, {cost.rss_mib} MiB;"
            f" foreign: {', '.join(cost.foreign) or 'none'}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
