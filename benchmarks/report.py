"""The table for people and the JSON for programs."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from case import Case, Metric, Target
    from subject import Subject

COLUMNS = "{:<34} {:>10} {:>10} {:>10} {:>10} {:>8} {:>8}  {:<4}"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One metric with all its values.

    Attributes:
        case: Name of the case.
        key: Name of the metric inside the case.
        metric: The metric.
        values: By the subject's name; in the order of the runs.
    """

    case: str
    key: str
    metric: Metric
    values: Mapping[str, Sequence[float]]

    @property
    def ratio(self) -> float | None:
        """Median of the peer over median of ours; ``None`` unless both are positive."""
        if not (self.values.get("ours") and self.values.get("peer")):
            return None
        ours, peer = (statistics.median(self.values[name]) for name in ("ours", "peer"))
        return peer / ours if ours > 0 and peer > 0 else None

    @property
    def met(self) -> bool | None:
        """Whether the median of ours meets the target; ``None`` where that cannot be said."""
        if self.metric.target is None or not self.values.get("ours"):
            return None
        return self.metric.target.is_met(statistics.median(self.values["ours"]), self.ratio)


def rows(case: Case, runs: Mapping[str, Sequence[Mapping[str, float]]]) -> list[Row]:
    """Turn the results of a case, by subject and run, into one row per metric."""
    return [
        Row(
            case=case.name,
            key=key,
            metric=metric,
            values={name: [run[key] for run in results] for name, results in runs.items()},
        )
        for key, metric in case.metrics.items()
    ]


def header() -> str:
    """Return the two lines above the table."""
    titles = COLUMNS.format(
        "median decides", "ours min", "median", "peer min", "median", "ratio", "target", "met"
    )
    return f"{titles}\n{'-' * len(titles)}"


def render(row: Row) -> str:
    """Return a line of the table."""
    cells = [cell for name in ("ours", "peer") for cell in _cells(row, name)]
    ratio = "" if row.ratio is None else f"{row.ratio:.{1 if row.ratio >= 1 else 2}f}x"
    met = {True: "yes", False: "NO", None: ""}[row.met]
    return COLUMNS.format(row.metric.name, *cells, ratio, _target(row.metric.target), met).rstrip()


def as_json(table: Sequence[Row], subjects: Sequence[Subject]) -> dict[str, Any]:
    """Return everything that was measured, and on what."""
    machine = {"system": platform.platform(), "cpus": _cpus()}
    versions = {subject.name: version(subject) for subject in subjects}
    return {"machine": machine, "subjects": versions, "metrics": [_entry(row) for row in table]}


def version(subject: Subject) -> str:
    """Return the versions of the library and of its interpreter, such as ``0.1.0, python 3.11.7``."""
    code = (
        "import platform, importlib.metadata as m;"
        "print(m.version('nemo_run'), platform.python_version(), sep=', python ')"
    )
    result = subprocess.run([subject.python, "-c", code], capture_output=True, text=True, check=False)
    return result.stdout.strip() or "not installed"


def _entry(row: Row) -> dict[str, Any]:
    summary = {
        name: {"min": min(values), "median": statistics.median(values), "values": list(values)}
        for name, values in row.values.items()
        if values
    }
    target = row.metric.target
    goal = None if target is None else {"limit": target.limit, "of": "ratio" if target.ratio else "ours"}
    return {
        "case": row.case,
        "metric": row.key,
        "name": row.metric.name.strip(),
        "unit": row.metric.unit,
        **summary,
        "ratio": row.ratio,
        "target": goal,
        "met": row.met,
    }


def _cells(row: Row, subject: str) -> Iterator[str]:
    values = row.values.get(subject)
    if not values:
        yield from ("", "")
        return
    yield _number(min(values), row.metric.unit)
    yield _number(statistics.median(values), row.metric.unit)


def _number(value: float, unit: str) -> str:
    digits = {"s": 3, "x": 2, "ms": 1}.get(unit, 0)
    return f"{value:,.{digits}f} {unit}".strip()


def _target(target: Target | None) -> str:
    if target is None:
        return ""
    return f">= {target.limit:g}x" if target.ratio else f"<= {target.limit:g}"


def _cpus() -> int:
    return len(os.sched_getaffinity(0))
