"""What is measured: one ``Case`` per group of rows, with the target of each number."""

from __future__ import annotations

from functools import partial

import measures
import past
from case import Case, Metric, Target, at_most, times_faster


def many(count: int, target: Target | None = None) -> Case:
    """Return the case of N parallel scripts; ``target`` bounds it against bare processes."""
    return Case(
        name=f"scripts-{count}",
        metrics={
            "wall": Metric(name=f"parallel scripts: {count}", unit="s"),
            "bare": Metric(name="  over bare processes", unit="x", target=target),
        },
        measure=partial(measures.many, count=count),
    )


def launcher(count: int, *, peer: bool) -> Case:
    """Return the case of what a launcher needs while N tasks run."""
    return Case(
        name=f"launcher-{count}",
        metrics={
            "memory": Metric(name=f"launcher of {count} tasks, peak", unit="MB"),
            "threads": Metric(name="  threads, peak", unit=""),
            "tree": Metric(name="  with all its processes, peak", unit="MB"),
        },
        measure=partial(measures.launcher, count=count),
        peer=peer,
    )


SUITE = (
    Case(
        name="import",
        metrics={
            "over": Metric(name="import nemo_run, over python", unit="ms", target=at_most(40)),
            "memory": Metric(name="  peak memory", unit="MB", target=at_most(30)),
            "modules": Metric(name="  modules loaded", unit=""),
        },
        measure=measures.import_library,
    ),
    Case(
        name="help",
        metrics={"wall": Metric(name="nemorun --help", unit="s", target=times_faster(5))},
        measure=measures.help_text,
    ),
    Case(
        name="help-entrypoint",
        metrics={"wall": Metric(name="script with an entry point, --help", unit="s", target=times_faster(5))},
        measure=measures.entrypoint_help,
    ),
    Case(
        name="script",
        metrics={
            "wall": Metric(name="trivial script", unit="s"),
            "over": Metric(name="  over bash -c", unit="s", target=at_most(0.25)),
        },
        measure=partial(measures.one, case="one_script", bare=lambda _: ["bash", "-c", "echo hi"]),
    ),
    Case(
        name="partial",
        metrics={
            "wall": Metric(name="trivial Partial", unit="s"),
            "over": Metric(name="  over python -c pass", unit="s", target=at_most(0.35)),
        },
        measure=partial(
            measures.one, case="one_partial", bare=lambda room: [room.subject.python, "-c", "pass"]
        ),
    ),
    many(1),
    many(10),
    many(50),
    many(100, at_most(1.5)),
    Case(
        name="partials-50",
        metrics={
            "wall": Metric(name="parallel Partials: 50", unit="s", target=times_faster(20)),
            "memory": Metric(name="  all processes, peak", unit="MB", target=at_most(1000)),
        },
        measure=partial(measures.partials, count=50),
        peer_runs=1,
    ),
    Case(
        name="chain-sleep",
        metrics={"wall": Metric(name="chain of 5 x sleep 0.2", unit="s", target=at_most(1.5))},
        measure=partial(measures.chain, count=5, command="sleep 0.2"),
    ),
    Case(
        name="chain-true",
        metrics={"wall": Metric(name="chain of 10 x true", unit="s")},
        measure=partial(measures.chain, count=10, command="true"),
        peer_runs=2,
    ),
    Case(
        name="finish",
        metrics={
            "block": Metric(name="task of 0.1 s, in the program", unit="s"),
            "after": Metric(name="  end of task to return", unit="s", target=at_most(0.1)),
        },
        measure=measures.finish,
    ),
    Case(
        name="log",
        metrics={
            "median": Metric(name="log line to screen, median", unit="s", target=at_most(0.1)),
            "worst": Metric(name="  worst", unit="s"),
            "lost": Metric(name="  lines lost of 10", unit=""),
        },
        measure=partial(measures.log_lines, count=10),
    ),
    Case(
        name="status-100",
        metrics={
            "wall": Metric(name="status of 100 tasks, process", unit="s"),
            "status": Metric(name="  from_title().status()", unit="ms"),
        },
        measure=partial(measures.status, count=100),
        prepare=partial(measures.prepare_status, count=100),
    ),
    Case(
        name="past",
        metrics={
            "catalog": Metric(name="catalog of 1,000 experiments", unit="ms"),
            "from_id": Metric(name="  from_id().status(), 50,000 jobs", unit="ms"),
            "wall": Metric(name="  trivial script, 50,000 jobs", unit="s"),
        },
        measure=measures.long_past,
        prepare=past.fill,
    ),
    launcher(100, peer=True),
    launcher(1000, peer=False),
    Case(
        name="interrupt",
        metrics={
            "exit": Metric(name="Ctrl-C to exit, 10 s task", unit="s"),
            "left": Metric(name="  processes left behind", unit=""),
        },
        measure=measures.interrupt,
        peer_runs=2,
    ),
    Case(
        name="add",
        metrics={
            "deep": Metric(name="add a config 16 deep", unit="ms"),
            "wide": Metric(name="add a config of 1,000 nodes", unit="ms"),
        },
        measure=partial(measures.add, depth=16, nodes=1000),
    ),
    Case(
        name="words",
        metrics={
            "first": Metric(name="100 words, config of 1,000 nodes", unit="ms"),
            "again": Metric(name="  later, the best of 5", unit="ms", target=at_most(5)),
        },
        measure=partial(measures.words, count=100, nodes=1000),
    ),
    Case(
        name="serialise",
        metrics={
            "zlib_tree": Metric(name="zlib-JSON of 1,000 nodes", unit="ms", target=times_faster(10)),
            "zlib_flat": Metric(name="  of 5,000 flat nodes", unit="ms"),
            "yaml_tree": Metric(name="YAML of 1,000 nodes", unit="ms"),
            "yaml_flat": Metric(name="  of 5,000 flat nodes", unit="ms"),
        },
        measure=partial(measures.serialise, way="write", formats=("zlib", "yaml")),
        peer_runs=1,
    ),
    Case(
        name="deserialise",
        metrics={
            "zlib_tree": Metric(name="load zlib-JSON of 1,000 nodes", unit="ms", target=at_most(19)),
            "zlib_flat": Metric(name="  of 5,000 flat nodes", unit="ms"),
        },
        measure=partial(measures.serialise, way="read", formats=("zlib",)),
        peer_runs=1,
    ),
    Case(
        name="deserialise-yaml",
        metrics={
            "yaml_tree": Metric(name="load YAML of 1,000 nodes", unit="ms", target=at_most(75)),
            "yaml_flat": Metric(name="  of 5,000 flat nodes", unit="ms"),
        },
        measure=partial(measures.serialise, way="read", formats=("yaml",)),
        peer=False,  # it cannot read lists of configurations
    ),
)
