"""The class of entry points: a function as a command, to be added to an application."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nemo_run.cli._names import name_of
from nemo_run.cli._run.callables import check_runs
from nemo_run.cli._run.defaults import check_executor, check_factory
from nemo_run_domain.errors import InvalidConfigError

if TYPE_CHECKING:
    from typer import Typer

    from nemo_run.cli._run.context import RunContext
    from nemo_run.config import Partial

TYPES = ("task", "experiment", "sequential_experiment", "parallel_experiment")


class Entrypoint:
    """A function as a command; subclasses change how it is executed or added.

    Attributes:
        fn: The function.
        namespace: Dotted path of command groups that lead to it.
        name: Of the command.
        path: Namespace and name of the function.
        help_str: Name and help text, or documentation of the function up to its arguments.
        help_text: The same without the name.
        default_factory: Makes the configuration that words start from.
        default_executor: ``Config`` of where to run.
        default_plugins: ``Config`` of a plugin, or a list of them.
        env: Kept for subclasses.
        enable_executor: Whether it is a run command; if not, a simple one without options.
        skip_confirmation: Run without asking.
        type: ``task``, or ``experiment``: the function launches by itself, with the help of ``ctx``.
        run_ctx_cls: ``RunContext`` or a subclass.
        arg_types: Kept for subclasses.
    """

    __module__ = "nemo_run.cli.api"
    __stays_here__ = True  # a task does not need to be a command where it runs

    def __init__(
        self,
        fn: Callable[..., Any],
        namespace: str,
        default_factory: Any = None,
        default_executor: Any = None,
        default_plugins: Any = None,
        env: Any = None,
        name: str | None = None,
        help_str: str | None = None,
        enable_executor: bool = True,
        skip_confirmation: bool = False,
        type: str = "task",
        run_ctx_cls: type[RunContext] | None = None,
    ) -> None:
        function_name = name_of(fn, name)
        _check(fn, function_name, type)
        check_runs(fn, function_name)
        check_executor(default_executor)
        check_factory(default_factory)
        self.fn = fn
        self.arg_types: dict[str, Any] = {}
        self.env = env or {}
        self.name = name or function_name
        self.namespace = namespace
        self.path = f"{namespace}.{function_name}"
        self.help_text = help_str or _summary(fn)
        self.help_str = _titled(self.name, help_str, self.help_text)
        self.default_factory = default_factory
        self.default_executor = default_executor
        self.default_plugins = default_plugins
        self.enable_executor = enable_executor
        self.skip_confirmation = skip_confirmation
        self.type = type
        self._run_ctx_cls = run_ctx_cls
        self._configured_fn: Any = None
        self._main_options: dict[str, Any] = {}

    @property
    def run_ctx_cls(self) -> type[RunContext]:
        """The class of the context; ``RunContext`` unless another one was given."""
        if self._run_ctx_cls is None:
            from nemo_run.cli._run.context import RunContext

            self._run_ctx_cls = RunContext
        return self._run_ctx_cls

    @run_ctx_cls.setter
    def run_ctx_cls(self, value: type[RunContext]) -> None:
        self._run_ctx_cls = value

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function."""
        return self.fn(*args, **kwargs)

    def configure(self, **fn_kwargs: Any) -> None:
        """Keep a configuration of the function."""
        from nemo_run.config import Config

        self._configured_fn = Config(self.fn, **fn_kwargs)

    def parse_partial(self, args: list[str], **default_args: Any) -> Partial[Any]:
        """Return the function with words applied to it, then the given values."""
        from nemo_run.cli.cli_parser import parse_cli_args
        from nemo_run.config import Partial

        config: Any = parse_cli_args(self.fn, args, output_type=Partial)
        for name, value in default_args.items():
            setattr(config, name, value)
        return config

    def cli(self, parent: Typer) -> None:
        """Add the command to an application."""
        self._add_command(parent)

    def _add_command(self, typer_instance: Typer) -> None:
        if self.enable_executor:
            self._add_executor_command(typer_instance)
        else:
            self._add_simple_command(typer_instance)

    def _add_executor_command(self, parent: Typer) -> None:
        self.run_ctx_cls.cli_command(
            parent,
            self.name,
            self.fn,
            default_factory=self.default_factory,
            default_executor=self.default_executor,
            default_plugins=self.default_plugins,
            type=self.type,
            command_kwargs={"help": self.help_text},
            entrypoint=self,
            **self._main_options,
        )

    def _add_simple_command(self, typer_instance: Typer) -> None:
        from nemo_run.cli import _simple

        _simple.add(typer_instance, self, is_main=bool(self._main_options))

    def _execute_simple(self, args: list[str], console: Any) -> Any:
        """Configure the function from words, build it and call it.

        Args:
            args: Words of the command line.
            console: A ``rich.console.Console``.
        """
        from nemo_run.cli import _simple

        return _simple.execute(self.fn, args)

    def main(self, cmd_defaults: Any = None) -> None:
        """Run as the only command of a program, on ``sys.argv``.

        Raises:
            SystemExit: It did not succeed.
        """
        import typer

        from nemo_run.cli._run.program import run_app

        app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        self._main_options = {"is_main": True, "cmd_defaults": cmd_defaults}
        try:
            self._add_command(app)
        finally:
            self._main_options = {}
        run_app(app)

    def help(self, console: Any = None, with_docs: bool = True) -> None:
        """Print the arguments, and the factories that can be named for them."""
        from nemo_run.help import help as show

        show(self.fn, with_docs=with_docs, console=console)


# -- what the decorator checks --------------------------------------------------------------------


def _check(fn: Any, name: str, kind: str) -> None:
    if kind not in TYPES:
        raise InvalidConfigError(
            f"entry point {name!r} has the unknown type {kind!r}; there are {', '.join(TYPES[:2])}"
        )
    names = _parameters(fn)
    if names is None:
        return
    if kind == "task" and "executor" in names:
        raise InvalidConfigError(
            "The function cannot have an argument named `executor` as it is a reserved keyword. "
            f"Rename it in {name!r}; on the command line, run.executor=NAME says where to run."
        )
    if kind != "task" and "ctx" not in names:
        raise InvalidConfigError(
            f"The function must have an argument named `ctx` because its type is {kind!r}: "
            f"{name}(ctx: run.cli.RunContext, ...) launches with ctx.launch(experiment)."
        )


def _parameters(fn: Any) -> list[str] | None:
    """Return the names of parameters; None for what is imported lazily or tells nobody."""
    if getattr(fn, "__is_lazy__", False) is True or getattr(fn, "is_lazy", False) is True:
        return None
    try:
        return list(inspect.signature(fn).parameters)
    except (TypeError, ValueError):
        return None


def _summary(fn: Any) -> str:
    """Return the documentation of a function up to its arguments."""
    if getattr(fn, "__is_lazy__", False) is True:
        return ""
    lines = (inspect.getdoc(fn) or "").splitlines()
    end = next((number for number, line in enumerate(lines) if line.strip() == "Args:"), len(lines))
    return "\n".join(lines[:end]).strip()


def _titled(name: str, help_str: str | None, text: str) -> str:
    if help_str:
        return f"{name}\n{help_str}"
    return f"{name}\n\n{text}" if text else name
