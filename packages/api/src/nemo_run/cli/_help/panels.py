"""Help as panels on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemo_run.cli._help.layout import Line, lines_of
from nemo_run.cli._help.model import Page, Section

if TYPE_CHECKING:
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

_STYLES = {"name": "bold cyan", "type": "yellow", "value": "green", "note": "dim", "must": "bold red"}
_BORDER = 4


def as_text(page: Page) -> str:
    """Return a page with the control sequences that this terminal knows."""
    from rich.console import Console

    console = Console()
    with console.capture() as captured:
        show(page, console)
    return captured.get().rstrip("\n")


def show(page: Page, console: Console) -> None:
    """Print a page on a console; nothing in it is taken for markup."""
    from rich.text import Text

    if page.usage:
        console.print(Text.assemble(("Usage: ", "bold yellow"), (page.usage, "bold")))
    if page.text:
        console.print(Text(f"\n{page.text}\n"))
    for section in page.sections:
        if section.rows:
            console.print(_panel(section, console.width))


def _panel(section: Section, width: int) -> Panel:
    from rich.panel import Panel
    from rich.text import Text

    lines = [_line(line) for line in lines_of(section, width - _BORDER)]
    title = Text(section.title)
    return Panel(Text("\n").join(lines), title=title, title_align="left", border_style="dim", width=width)


def _line(line: Line) -> Text:
    from rich.style import Style
    from rich.text import Text

    text = Text()
    for span in line:
        style = Style.parse(_STYLES.get(span.style, ""))
        text.append(span.text, style.update_link(span.link) if span.link else style)
    return text
