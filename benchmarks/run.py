"""Measure this library against the published reference, side by side, in one run.

See README.md beside this file for what the rows mean.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import peer
import report
from subject import CaseFailedError, Room, Subject
from suite import SUITE

if TYPE_CHECKING:
    from case import Case

Results = dict[str, list[Mapping[str, float]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen cases; return 1 if one of them could not be run with our library."""
    options = _parser().parse_args(arguments)
    subjects = _subjects(options)
    for subject in subjects:
        print(f"{subject.name}: nemo_run {report.version(subject)}")
        _warm_up(subject)
    print(f"\n{report.header()}")
    table: list[report.Row] = []
    failed = False
    for case in _chosen(options.only):
        results, errors = measure(case, subjects, options.runs)
        rows = report.rows(case, results)
        print(*map(report.render, rows), sep="\n", flush=True)
        for name, error in errors.items():
            print(f"  {case.name} failed with {name}: {error}", flush=True)
        table += rows
        failed = failed or "ours" in errors
    if options.json:
        text = json.dumps(report.as_json(table, subjects), indent=2)
        options.json.write_text(text + "\n", encoding="utf-8")
    return int(failed)


def measure(case: Case, subjects: Sequence[Subject], runs: int) -> tuple[Results, dict[str, str]]:
    """Run a case with each subject in turn, again and again.

    Returns:
        The numbers of each run and the error that ended the runs, both by the subject's name.
    """
    results: Results = {subject.name: [] for subject in subjects}
    errors: dict[str, str] = {}
    rooms: dict[str, Room] = {}
    try:
        for number in range(runs):
            for subject in subjects:
                if subject.name in errors or not _takes_part(case, subject, number):
                    continue
                try:
                    results[subject.name].append(_run_once(case, subject, rooms))
                except CaseFailedError as error:
                    errors[subject.name] = str(error)
    finally:
        for room in rooms.values():
            room.close()
    return results, errors


def _run_once(case: Case, subject: Subject, rooms: dict[str, Room]) -> Mapping[str, float]:
    """Run a case once, in a fresh room or in the subject's prepared one, kept in ``rooms``."""
    if case.prepare is None:
        room = Room.open(subject)
        try:
            return case.measure(room)
        finally:
            room.close()
    if subject.name not in rooms:
        rooms[subject.name] = Room.open(subject)
        case.prepare(rooms[subject.name])
    return case.measure(rooms[subject.name])


def _takes_part(case: Case, subject: Subject, number: int) -> bool:
    if subject.name != "peer":
        return True
    return case.peer and (case.peer_runs is None or number < case.peer_runs)


def _warm_up(subject: Subject) -> None:
    """Run one script and one function, so that every module is compiled and in the file cache."""
    for case in ("one_script", "one_partial"):
        room = Room.open(subject)
        try:
            room.run(subject.case(case))
        except CaseFailedError as error:
            print(f"  {case} failed with {subject.name}: {error}")
        finally:
            room.close()


def _subjects(options: argparse.Namespace) -> list[Subject]:
    chosen = []
    if not options.no_ours:
        chosen.append(Subject(name="ours", python=str(options.python)))
    if not options.no_peer:
        chosen.append(Subject(name="peer", python=str(peer.python())))
    return chosen


def _chosen(patterns: Sequence[str] | None) -> list[Case]:
    cases = [case for case in SUITE if not patterns or any(fnmatch(case.name, p) for p in patterns)]
    if not cases:
        sys.exit(f"no such case; there are: {', '.join(case.name for case in SUITE)}")
    return cases


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="only these cases, or patterns: 'scripts-*'"
    )
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="times each case runs (default: 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there as well")
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="interpreter that has ours")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--no-peer", action="store_true", help="measure ours only")
    which.add_argument("--no-ours", action="store_true", help="measure the reference only")
    return parser


if __name__ == "__main__":
    sys.exit(main())
