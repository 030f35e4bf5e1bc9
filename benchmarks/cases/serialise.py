"""Write and read configurations as text: ``serialise.py WAY FORMATS...``, WAY being ``write`` or ``read``."""

import sys
import time
from collections.abc import Callable

import tasks
from bench import save

import nemo_run as run
from nemo_run.core.serialization.yaml import YamlSerializer
from nemo_run.core.serialization.zlib_json import ZlibJSONSerializer

SERIALIZERS = {"zlib": ZlibJSONSerializer(), "yaml": YamlSerializer()}


def tree() -> run.Config:
    """Configure a thousand nodes: ten times ten times ten."""

    def layers(items: list) -> run.Config:
        return run.Config(tasks.Layers, layers=items)

    def leaves() -> list:
        return [run.Config(tasks.Node, width=i) for i in range(9)]

    return layers([layers([layers(leaves()) for _ in range(10)]) for _ in range(10)])


def flat(nodes: int) -> run.Config:
    """Configure a root with that many children."""
    return run.Config(tasks.Layers, layers=[run.Config(tasks.Node, width=i) for i in range(nodes)])


def best(call: Callable[[object], object], value: object) -> float:
    """Return the seconds of the quickest of three calls; of the first one if that takes long."""
    times: list[float] = []
    while len(times) < 3 and sum(times) < 3:
        start = time.perf_counter()
        call(value)
        times.append(time.perf_counter() - start)
    return min(times)


def timed(serializer: YamlSerializer | ZlibJSONSerializer, config: run.Config, way: str) -> float:
    """Return the seconds of writing or of reading a configuration."""
    if way == "write":
        return best(serializer.serialize, config)
    return best(serializer.deserialize, serializer.serialize(config))


if __name__ == "__main__":
    way, *formats = sys.argv[1:]
    shapes = {"tree": tree(), "flat": flat(5000)}
    save(
        **{
            f"{name}_{shape}": timed(SERIALIZERS[name], config, way)
            for name in formats
            for shape, config in shapes.items()
        }
    )
