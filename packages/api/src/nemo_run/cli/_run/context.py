"""The context of a run command: what its options say, where it runs and with which plugins.

Annotations stay real objects here, whoever reads them finds classes.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, List, Optional  # noqa: UP035 - the documented types

from nemo_run._lazy import LazyModule
from nemo_run.cli._run.plan import CommandPlan
from nemo_run.config import ConfigurableMixin
from nemo_run.core.execution.base import Executor
from nemo_run.run.plugin import ExperimentPlugin as Plugin

_command: Any = LazyModule("nemo_run.cli._run.command")
_flow: Any = LazyModule("nemo_run.cli._run.flow")
_lazy: Any = LazyModule("nemo_run.cli._run.lazy")
_choices: Any = LazyModule("nemo_run.cli._run.choices")
_words: Any = LazyModule("nemo_run.cli._run.words")


@dataclass(kw_only=True)
class RunContext(ConfigurableMixin):
    """How a command is run.

    Entry points of experiments receive it as ``ctx`` and pass it on: ``ctx.launch(experiment)``.

    Attributes:
        name: Name of the run; title of its experiment.
        direct: Run in this process, whatever the executor.
        dryrun: Show what would be run.
        factory: Factory of the configuration to start from, or ``@FILE``.
        load: Not implemented.
        repl: Open IPython with the task.
        detach: Do not wait for the end.
        skip_confirmation: Do not ask.
        tail_logs: Print the output of tasks while waiting.
        yaml: File whose values the words override.
        to_yaml: File to write the configuration to, ``PATH[:SECTION]``, instead of running it.
        to_toml: As ``to_yaml``.
        to_json: As ``to_yaml``.
        executor: Where to run; None: in this process.
        plugins: Change task and executor before the launch.
    """

    __module__ = "nemo_run.cli.api"

    name: str
    direct: bool = False
    dryrun: bool = False
    factory: Optional[str] = None  # noqa: UP045
    load: Optional[str] = None  # noqa: UP045
    repl: bool = False
    detach: bool = False
    skip_confirmation: bool = False
    tail_logs: bool = False
    yaml: Optional[str] = None  # noqa: UP045
    to_yaml: Optional[str] = None  # noqa: UP045
    to_toml: Optional[str] = None  # noqa: UP045
    to_json: Optional[str] = None  # noqa: UP045

    executor: Optional[Executor] = field(init=False, default=None)  # noqa: UP045
    plugins: List[Plugin] = field(init=False, default_factory=list)  # noqa: UP006

    @classmethod
    def cli_command(
        cls,
        parent: Any,
        name: str,
        fn: Callable[..., Any],
        default_factory: Optional[Callable[..., Any]] = None,  # noqa: UP045
        default_executor: Any = None,
        default_plugins: Any = None,
        type: str = "task",
        command_kwargs: Optional[dict[str, Any]] = None,  # noqa: UP045
        is_main: bool = False,
        cmd_defaults: Any = None,
        entrypoint: Any = None,
    ) -> None:
        """Add a function to an application as a command.

        Args:
            parent: The ``typer.Typer`` application.
            name: Of the command.
            fn: What runs.
            default_factory: Makes the configuration to start from.
            default_executor: ``Config`` of where to run.
            default_plugins: ``Config`` of a plugin, or a list of them.
            type: ``task`` or ``experiment``.
            command_kwargs: For ``parent.command``.
            is_main: The command is a script of its own: plug-in packages are not loaded.
            cmd_defaults: Values of options that are not given.
            entrypoint: The ``Entrypoint``, if there is one: for help, and for ``skip_confirmation``.
        """
        plan = CommandPlan(
            context_class=cls,
            name=name,
            fn=fn,
            default_factory=default_factory,
            default_executor=default_executor,
            default_plugins=default_plugins,
            type=type,
            is_main=is_main,
            cmd_defaults=dict(cmd_defaults or {}),
            entrypoint=entrypoint or getattr(fn, "cli_entrypoint", None),
        )
        _command.add(parent, plan, command_kwargs or {})

    def cli_execute(self, fn: Callable[..., Any], args: list[str], entrypoint_type: str = "task") -> Any:
        """Configure a function from words, show it, ask, and run it.

        Raises:
            ValueError: Words that cannot be, missing arguments, or an unknown ``entrypoint_type``.
        """
        return _flow.execute(self, fn, args, entrypoint_type)

    def execute_lazy(self, entrypoint: Any, args: list[str], name: str) -> Any:
        """Run what is only imported where it runs.

        Raises:
            ValueError: A dry run, a direct run, a prompt, or words that cannot be.
        """
        return _lazy.execute(self, entrypoint, args, name)

    def parse_fn(self, fn: Callable[..., Any], args: list[str], **default_kwargs: Any) -> Any:
        """Return the ``Partial`` of a function: factory, file and words; the keywords are not used."""
        del default_kwargs
        return _flow.resolve(self, fn, args)

    def parse_args(self, args: list[str], lazy: bool = False) -> list[str]:
        """Apply the words ``run.FIELD=value`` to this context; returns the other words.

        Args:
            args: Words.
            lazy: The words are for something that is not imported.
        """
        del lazy
        return _words.apply(self, args)

    def parse_executor(self, name: str, *args: str) -> Any:
        """Return the configuration of an executor by its name, changed by words.

        Raises:
            ValueError: There is none of that name.
        """
        return _choices.executor_config(type(self), name, args)

    def parse_plugin(self, name: str, *args: str) -> Any:
        """Return the configurations of the plugins of a name, changed by words.

        Raises:
            ValueError: There is none of that name.
        """
        return _choices.plugin_configs(type(self), name, args)

    def launch(self, experiment: Any, sequential: bool = False) -> None:
        """Run an experiment the way the options say; call it inside its block."""
        _flow.launch(self, experiment, sequential=sequential)

    def to_config(self) -> Any:
        """Return a ``Config`` with every option, but not the executor and the plugins."""
        from nemo_run.config import Config

        names = [spec.name for spec in dataclasses.fields(self) if spec.init]
        return Config(type(self), bind_args=False, **{name: getattr(self, name) for name in names})

    @classmethod
    def get_help(cls) -> str:
        """Return the documentation of the class."""
        import inspect

        return inspect.getdoc(cls) or ""
