"""Run a serialised task: ``[--dryrun] [-n NAME] [-p PKG] CONFIG [anything else]``.

This file stands alone. It is sent to machines where nothing of ours is installed, so it uses only
the standard library, runs on Python 3.8 and newer, and imports what is slow only when it is
needed. Tasks whose configuration has parts that only fiddle knows need fiddle there.

Environment:
    NEMORUN_PYTHONPATH: Folders to append to ``sys.path``, separated like ``PATH``.
    NEMORUN_RESULT_FILE: Where rank 0 writes what the task returned or raised, as JSON.
    TORCHELASTIC_ERROR_FILE: Where torchrun expects an exception to be written.
"""

# Written for Python 3.8, where most of these rules ask for what does not exist yet.
# ruff: noqa: BLE001, SIM105, UP031

from __future__ import annotations

import binascii
import functools
import json
import os
import sys
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs as much as everything above
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType, TracebackType
    from typing import Any

USAGE = "usage: [--dryrun] [-n NAME] [-p PACKAGE] CONFIG [ignored ...]"

CONFIG_TYPES = ("nemo_run.config:Config", "fiddle._src.config:Config", "fiddle:Config")
PARTIAL_TYPES = ("nemo_run.config:Partial", "fiddle._src.partial:Partial", "fiddle:Partial")
METADATA = "fiddle._src.config:BuildableTraverserMetadata"
MAIN_MODULES = ("__main__", "__external_main__")
LOADING = "__nemo_run_loading__"  # while it is true, experiments of the script are not launched again
PAYLOAD_SUFFIX = "_fn_or_script"
BY_VALUE_SUFFIX = "_by_value"

SECRET_NAME = (
    r"(?:^|_)(?:API_?KEY|ACCESS_?KEY|SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|"
    r"PRIVATE_?KEY)(?:_|S?$)"
)

CONTAINERS = {
    "builtins:list": lambda parts, about: list(parts),
    "builtins:tuple": lambda parts, about: tuple(parts),
    "builtins:dict": lambda parts, about: dict(zip(about, parts)),
    "builtins:set": lambda parts, about: set(parts),
    "builtins:frozenset": lambda parts, about: frozenset(parts),
    "builtins:bytes": lambda parts, about: parts[0].encode("raw_unicode_escape"),
    "builtins:slice": lambda parts, about: slice(*parts),
}


class UsageError(Exception):
    """The command line has no task."""


class UnreadableError(Exception):
    """CONFIG is not the text of a task."""


class NeedsFiddleError(Exception):
    """The configuration has a part that only fiddle can build."""


class NotFoundError(ImportError):
    """The configuration names something that is not here."""


# -- command line ----------------------------------------------------------------------------------


def parse_args(argv: Sequence[str]) -> dict[str, Any]:
    """Return the options as a dictionary; what is not known is ignored.

    Raises:
        UsageError: There is no CONFIG.
    """
    options = {"dryrun": False, "name": "run", "package": None, "config": None}
    words = list(argv)
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if word == "--dryrun":
            options["dryrun"] = True
        elif name in ("-n", "--name", "-p", "--package-cfg"):
            key = "name" if name in ("-n", "--name") else "package"
            options[key] = value if equals else (words.pop(0) if words else None)
        elif not word.startswith("-") and options["config"] is None:
            options["config"] = word
    if options["config"] is None:
        raise UsageError(USAGE)
    return options


# -- text -> document ------------------------------------------------------------------------------


def read_document(config: str) -> dict[str, Any]:
    """Return the JSON of a task, from its text or from a file that holds it.

    Raises:
        UnreadableError: Neither.
    """
    is_file = os.path.isfile(config)
    text = config
    if is_file:
        with open(config, encoding="utf-8", errors="replace") as stream:
            text = stream.read()
    try:
        packed = binascii.a2b_base64(text.strip().encode("ascii").translate(bytes.maketrans(b"-_", b"+/")))
        document = json.loads(zlib.decompress(packed).decode())
        if not isinstance(document, dict) or not {"root", "objects"} <= set(document):
            raise ValueError("JSON without a root")
    except (ValueError, zlib.error) as error:
        what = "file %r does not hold" % config if is_file else "%.60r is neither a file nor" % config
        raise UnreadableError("%s the text of a task (%s)" % (what, error)) from None
    return document


# -- document -> object ----------------------------------------------------------------------------


def parts_of(node: Any) -> list[str]:
    """Return the keys that a value of a document refers to."""
    if not isinstance(node, dict):
        return []
    kind = node.get("type")
    if kind == "ref":
        return [node["key"]]
    if not isinstance(kind, dict):
        return []
    found = parts_of(node["metadata"])
    for item in node["items"]:
        found += parts_of(item[1])
    return found


def build_order(document: dict[str, Any]) -> list[str]:
    """Return keys so that each one comes after those it refers to; depth does not matter."""
    order, state, todo = [], {}, parts_of(document["root"])
    while todo:
        key = todo.pop()
        if key in state:
            if not state[key]:
                state[key] = True
                order.append(key)
            continue
        state[key] = False
        todo.append(key)
        for part in parts_of(document["objects"][key]):
            if state.get(part) is False:
                raise UnreadableError("the configuration contains itself (%r)" % part)
            if part not in state:
                todo.append(part)
    return order


def iter_pyrefs(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield module and name of every reference in a document."""
    todo = [document["root"], *document["objects"].values()]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            if node.get("type") == "pyref":
                yield node["module"], node["name"]
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)


class About:
    """What a document says about a configuration beside its values."""

    def __init__(self, target: Any, names: Sequence[Any]) -> None:
        self.target = target
        self.names = names


class Builder:
    """Calls what a document configures, each shared part once."""

    def __init__(self, document: dict[str, Any], references: dict[str, Any]) -> None:
        self.document = document
        self.references = references
        self.made = {}

    def build(self) -> Any:
        """Return what the root stands for: a function to call, where that is a task."""
        for key in build_order(self.document):
            self.made[key] = self.node(self.document["objects"][key])
        return self.value(self.document["root"])

    def value(self, value: Any) -> Any:
        """Return what a value of the document stands for."""
        if not isinstance(value, dict):
            return value
        kind = value["type"]
        if kind == "leaf":
            return value["value"]
        if kind == "ref":
            return self.made[value["key"]]
        if kind == "pyref":
            return self.find(value["module"], value["name"])
        return self.node(value)

    def node(self, node: dict[str, Any]) -> Any:
        """Put together a container, a configuration or what is known about one."""
        kind = "%s:%s" % (node["type"]["module"], node["type"]["name"])
        parts = [self.value(item[1]) for item in node["items"]]
        if kind == METADATA:
            return About(parts[0], parts[1])
        about = self.value(node["metadata"])
        if kind in CONTAINERS:
            return CONTAINERS[kind](parts, about or ())
        if isinstance(about, About):
            return self.configured(kind, about, parts)
        if kind == "collections:defaultdict":
            return self.find("collections", "defaultdict")(about[0], zip(about[1], parts))
        return self.named_tuple(node["type"], parts)

    def configured(self, kind: str, about: About, parts: list[Any]) -> Any:
        """Call a target, or bind its arguments."""
        positional, named = split_arguments(about.target, dict(zip(about.names, parts)))
        if kind in PARTIAL_TYPES:
            return functools.partial(about.target, *positional, **named)
        if kind not in CONFIG_TYPES:
            raise NeedsFiddleError(kind)
        try:
            return about.target(*positional, **named)
        except Exception as error:
            explain(
                error, "while building %s(%s)" % (name_of(about.target), ", ".join(map(str, about.names)))
            )
            raise

    def named_tuple(self, kind: dict[str, str], parts: list[Any]) -> Any:
        """Put together a named tuple; other classes are fiddle's business."""
        cls = self.find(kind["module"], kind["name"])
        if not (isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cls, "_fields")):
            raise NeedsFiddleError("%s:%s" % (kind["module"], kind["name"]))
        return cls(*parts)

    def find(self, module: str, name: str) -> Any:
        """Return what a reference stands for."""
        ref = "%s:%s" % (module, name)
        if ref in self.references:
            return self.references[ref]
        return find(module, name)


def find(module: str, name: str) -> Any:
    """Import ``module`` and walk to ``name``.

    Raises:
        NotFoundError: There is no such module, or it has no such name.
    """
    try:
        __import__(module)
    except ModuleNotFoundError as error:
        if error.name and (module + ".").startswith(error.name + "."):
            raise NotFoundError(
                "the task needs module %r, which is not here (%s)" % (module, error)
            ) from None
        raise
    value = sys.modules[module]
    for part in name.split("."):
        try:
            value = getattr(value, part)
        except AttributeError:
            raise NotFoundError(missing(module, name)) from None
    return value


def missing(module: str, name: str) -> str:
    """Say that a name is not there, and why that may be."""
    if module not in MAIN_MODULES:
        return "module %r has no %r" % (module, name)
    return (
        "the launching script's %r did not come along: there is neither a by-value file for it nor a saved "
        "__main__.py that defines it; define it in a module that is importable where the task runs" % name
    )


def split_arguments(target: Any, arguments: dict[Any, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return positional and named arguments; names before given ``*args`` become positional."""
    if all(isinstance(name, str) for name in arguments):
        return [], arguments
    import inspect

    named = {name: value for name, value in arguments.items() if isinstance(name, str)}
    parameters = list(inspect.signature(target).parameters.values())
    start = next((i for i, p in enumerate(parameters) if p.kind is p.VAR_POSITIONAL), None)
    positional = []
    for place, parameter in enumerate(parameters):
        if parameter.kind is parameter.POSITIONAL_ONLY and place in arguments:
            positional.append(arguments[place])
        elif (
            parameter.kind is parameter.POSITIONAL_OR_KEYWORD
            and start in arguments
            and parameter.name in named
        ):
            positional.append(named.pop(parameter.name))
    if start is not None:
        positional += [
            arguments[i] for i in sorted(i for i in arguments if not isinstance(i, str) and i >= start)
        ]
    return positional, named


def name_of(target: Any) -> str:
    """Return a name for people."""
    return getattr(target, "__qualname__", None) or repr(target)


def explain(error: BaseException, note: str) -> None:
    """Attach a line to an exception, or say it where Python cannot."""
    add_note = getattr(error, "add_note", None)
    if add_note is not None:
        add_note(note)
    else:
        sys.stderr.write("nemo_run: %s\n" % note)


def build_with_fiddle(document: dict[str, Any]) -> Any:
    """Build what only fiddle can; our own package registers the rest where it is installed."""
    try:
        __import__("nemo_run.config")
    except ImportError:
        pass
    import fiddle
    from fiddle.experimental import serialization

    lazy = sys.modules.get("nemo_run.cli._lazy.serialising")
    if lazy is not None:  # it was loaded before fiddle was there
        lazy.tell_fiddle()
    configured = serialization.load_json(json.dumps(document))
    if hasattr(type(configured), "resolve"):
        configured = configured.resolve()
    return fiddle.build(fiddle.cast(fiddle.Partial, configured))


# -- the launching script's own functions ----------------------------------------------------------


def launcher_objects(document: dict[str, Any], config: str, name: str) -> dict[str, Any]:
    """Return what the launching script sent along, ``module:name`` -> object."""
    wanted = {(module, ref) for module, ref in iter_pyrefs(document) if module in MAIN_MODULES}
    if not wanted or not os.path.isfile(config):
        return {}
    table = load_by_value(config, name)
    publish({ref.partition(":")[2]: value for ref, value in table.items()})
    if any("%s:%s" % ref not in table for ref in wanted):
        load_saved_main(config)
    return table


def load_by_value(config: str, name: str) -> dict[str, Any]:
    """Return the objects of the file beside CONFIG; none where there is no file or it cannot be read."""
    folder, base = os.path.split(os.path.abspath(config))
    stem = base[: -len(PAYLOAD_SUFFIX)] if base.endswith(PAYLOAD_SUFFIX) else base
    for candidate in (stem, str(name), base):
        path = os.path.join(folder, candidate + BY_VALUE_SUFFIX)
        if os.path.isfile(path):
            break
    else:
        return {}
    with open(path, "rb") as stream:
        header = stream.readline().decode("ascii", "replace").strip("# \n")
        try:
            import pickle

            return pickle.load(stream)
        except Exception as error:
            here = "python %d.%d" % sys.version_info[:2]
            warn(
                "cannot load %s (%s; this is %s): %s: %s" % (path, header, here, type(error).__name__, error)
            )
            return {}


def load_saved_main(config: str) -> None:
    """Execute the saved launching script, so that what it defines can be found."""
    path = os.path.abspath(config)
    job_dir = os.path.dirname(os.path.dirname(path))
    for folder in (job_dir, os.path.dirname(job_dir)):
        script = os.path.join(folder, "__main__.py")
        if os.path.isfile(script):
            execute_main(script)
            return


def execute_main(script: str) -> None:
    """Run a saved script as module ``__external_main__`` and publish what it defines."""
    from types import ModuleType

    module = sys.modules.get("__external_main__")
    if module is None:
        module = sys.modules["__external_main__"] = ModuleType("__external_main__")
    module.__file__ = script
    setattr(module, LOADING, True)
    try:
        with open(script, "rb") as stream:
            code = compile(stream.read(), script, "exec")
        exec(code, module.__dict__)
    except (Exception, SystemExit) as error:
        warn("the saved launching script %s failed: %s: %s" % (script, type(error).__name__, error))
    finally:
        setattr(module, LOADING, False)
    publish({name: value for name, value in vars(module).items() if not name.startswith("__")})


def publish(names: dict[str, Any]) -> None:
    """Make objects attributes of ``__main__``, where pickle and the configuration look for them."""
    main = sys.modules["__main__"]
    if main.__dict__ is globals():
        # This file runs as __main__: its own names must not be replaced under its feet.
        main = own_main()
    for name, value in names.items():
        if "." not in name:
            setattr(main, name, value)


def own_main() -> ModuleType:
    """Put an empty module in the place of this one."""
    from types import ModuleType

    sys.modules["nemo_run_task_runner"] = sys.modules["__main__"]
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__dict__["__builtins__"] = __builtins__
    return main


def warn(message: str) -> None:
    """Say something to people; the task goes on."""
    sys.stderr.write("nemo_run: warning: %s\n" % message)


# -- what the task leaves behind -------------------------------------------------------------------


def record_value(value: Any) -> None:
    """Write down what the task returned, if that is wanted and this is rank 0."""
    path = result_file()
    if path:
        write_atomically(path, describe_value(value))


def result_file() -> str | None:
    """Return where to write the result; nothing on other ranks."""
    return os.environ.get("NEMORUN_RESULT_FILE") if os.environ.get("RANK", "0") in ("", "0") else None


def describe_value(value: Any) -> dict[str, Any]:
    """Return a value as JSON can hold it: itself, pickled, or at least shown."""
    try:
        if is_plain(value):
            return {"kind": "json", "value": value}
    except RecursionError:
        pass
    data = pickled(value)
    if data is not None:
        return {"kind": "pickle", "data": binascii.b2a_base64(data, newline=False).decode("ascii")}
    try:
        return {"kind": "repr", "repr": repr(value)}
    except Exception as error:
        return {"kind": "repr", "repr": "<%s whose repr failed: %s>" % (type(value).__name__, error)}


def is_plain(value: Any) -> bool:
    """Whether JSON gives back exactly this value."""
    if value is None or type(value) in (bool, int, str):
        return True
    if type(value) is float:
        return value - value == 0
    if type(value) is list:
        return all(map(is_plain, value))
    return type(value) is dict and all(type(k) is str and is_plain(v) for k, v in value.items())


def pickled(value: Any) -> bytes | None:
    """Return a pickle; by reference where that works, so that classes stay the same."""
    for name in ("pickle", "cloudpickle"):
        try:
            return __import__(name).dumps(value)
        except Exception:
            continue
    return None


def record_exception(error: BaseException) -> None:
    """Write down how the task ended, for the launcher and for torchrun."""
    import traceback

    shown = "".join(traceback.format_exception(type(error), error, trimmed(error.__traceback__)))
    module, name = type(error).__module__, type(error).__qualname__
    message = message_of(error)
    path = result_file()
    if path:
        about = {
            "kind": "exception",
            "type": "%s.%s" % (module, name),
            "message": message,
            "traceback": shown,
        }
        write_atomically(path, about)
    elastic = os.environ.get("TORCHELASTIC_ERROR_FILE")
    if elastic and not os.path.exists(elastic):
        import time

        extra = {"py_callstack": shown, "timestamp": str(int(time.time()))}
        write_atomically(elastic, {"message": {"message": "%s: %s" % (name, message), "extraInfo": extra}})


def message_of(error: BaseException) -> str:
    """Return the text of an exception, whatever its ``__str__`` does."""
    try:
        return str(error)
    except Exception:
        return "<message could not be shown>"


def write_atomically(path: str, content: dict[str, Any]) -> None:
    """Write JSON under a temporary name and rename it; a failure is only a warning."""
    temporary = "%s.%d.tmp" % (path, os.getpid())
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as stream:
            json.dump(content, stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        warn("cannot write %s: %s" % (path, error))


# -- running ---------------------------------------------------------------------------------------


def own_files() -> tuple[str, ...]:
    """Return the files whose frames say nothing about the task."""
    runpy = getattr(sys.modules.get("runpy"), "__file__", None) or ""
    return (__file__, "<frozen runpy>", runpy, *OTHER_FRAMES)


OTHER_FRAMES: list[str] = []


def trimmed(traceback: TracebackType | None) -> TracebackType | None:
    """Return a traceback from the first frame on that is the task's own."""
    frame = traceback
    while frame is not None and frame.tb_frame.f_code.co_filename in own_files():
        frame = frame.tb_next
    return frame


def hide_own_frames() -> None:
    """Let Python's report of an exception begin in the task."""
    report = sys.excepthook

    def hook(kind: Any, error: BaseException, traceback: Any) -> None:
        short = trimmed(traceback)
        report(kind, error.with_traceback(short), short)

    sys.excepthook = hook


def prepare_process() -> None:
    """Tell programs that they run inside a task, and let them find their modules."""
    os.environ["NEMORUN_TASK_PROCESS"] = "1"
    for entry in os.environ.get("NEMORUN_PYTHONPATH", "").split(os.pathsep):
        if entry and entry not in sys.path:
            sys.path.append(entry)


def build_task(config: str, name: str) -> Callable[[], Any]:
    """Return the function a configuration stands for, with its arguments.

    Raises:
        UnreadableError: CONFIG is not the text of a task.
        NotFoundError: It names something that is not here.
    """
    document = read_document(config)
    references = launcher_objects(document, config, name)
    try:
        task = Builder(as_task(document), references).build()
    except NeedsFiddleError:
        task = build_with_fiddle(document)
    if not callable(task):
        raise UnreadableError("the text holds a %s, not a task" % type(task).__name__)
    return task


def as_task(document: dict[str, Any]) -> dict[str, Any]:
    """Let a root that is a Config be called later, like a Partial."""
    root = document["root"]
    node = document["objects"].get(root.get("key")) if isinstance(root, dict) else None
    if node and "%s:%s" % (node["type"]["module"], node["type"]["name"]) in CONFIG_TYPES:
        partial = dict(node, type={"type": "pyref", "module": "nemo_run.config", "name": "Partial"})
        return dict(document, objects=dict(document["objects"], **{root["key"]: partial}))
    return document


def set_up_package(package: str) -> None:
    """Build a packager and let it prepare this machine."""
    document = read_document(package)
    try:
        packager = Builder(document, {}).build()
    except NeedsFiddleError:
        packager = build_with_fiddle(document)()
    setup = getattr(packager, "setup", None)
    if setup is not None:
        setup()


def show(task: Any) -> None:
    """Write a table of the arguments that a task would be called with, defaults included."""
    function = getattr(task, "func", task)
    rows = rows_of(function, getattr(task, "args", ()), getattr(task, "keywords", {}))
    width = max([20] + [len(name) for name, _ in rows])
    lines = ["Dry run for task %s:%s" % (getattr(function, "__module__", ""), name_of(function))]
    lines += ["Resolved Arguments", "  %-*s  Resolved Value" % (width, "Argument Name")]
    lines += ["  %-*s  %s" % (width, name, value) for name, value in rows]
    sys.stdout.write("\n".join(lines) + "\n")


def rows_of(function: Any, args: Sequence[Any], keywords: dict[str, Any]) -> list[tuple[str, str]]:
    """Return name and text of every argument, sorted; secrets are masked."""
    import inspect

    rows = {"[%d]" % place: value for place, value in enumerate(args)}
    rows.update(keywords)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        parameters = ()
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    for place, parameter in enumerate(named):
        if parameter.name not in keywords:
            rows[parameter.name] = rows.pop("[%d]" % place, parameter.default)
    unset = inspect.Parameter.empty
    return sorted((n, "<unset>" if v is unset else repr(masked(n, v))) for n, v in rows.items())


def masked(name: str, value: Any) -> Any:
    """Hide texts whose name says that they are secret, in dictionaries and lists too."""
    import re

    if isinstance(value, str):
        return "********" if re.search(SECRET_NAME, name, re.IGNORECASE) else value
    if type(value) is dict:
        return {key: masked(str(key), item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(masked(name, item) for item in value)
    return value


def run(config: str, name: str = "run", package: str | None = None, dryrun: bool = False) -> None:
    """Build a task and call it; its exceptions pass through.

    Raises:
        UnreadableError: A text is not what it should be.
        NotFoundError: The configuration names something that is not here.
    """
    prepare_process()
    try:
        if package:
            set_up_package(package)
        task = build_task(config, name)
        if dryrun:
            show(task)
            return
        value = task()
    except SystemExit as error:
        record_exception(error) if error.code else record_value(None)
        raise
    except BaseException as error:
        record_exception(error)
        raise
    record_value(value)


def main(argv: Sequence[str] | None = None) -> None:
    """Run as a program; exceptions of the task end the interpreter as they always do."""
    arguments = sys.argv[1:] if argv is None else argv
    if "--help" in arguments or "-h" in arguments:
        sys.stdout.write(USAGE + "\n")
        return
    try:
        options = parse_args(arguments)
    except UsageError as error:
        sys.stderr.write("%s\nnemo_run: error: missing CONFIG\n" % error)
        sys.exit(2)
    hide_own_frames()
    try:
        run(options["config"], options["name"], options["package"], options["dryrun"])
    except (UnreadableError, NotFoundError) as error:
        sys.stderr.write("nemo_run: error: %s\n" % error)
        sys.exit(1)


if __name__ == "__main__":
    if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)):
        sys.path[0] = os.getcwd()  # as with `python -m`
    main()
