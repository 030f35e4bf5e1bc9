"""Help as plain text, for files, pipes and screen readers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from nemo_run.cli._help.layout import lines_of
from nemo_run.cli._help.model import Page

_INDENT = "  "


def render(page: Page, width: int) -> str:
    """Return a page as text; no line is longer than ``width``, where words allow it."""
    return "\n\n".join(_parts(page, width))


def _parts(page: Page, width: int) -> Iterator[str]:
    if page.usage:
        yield textwrap.fill(f"Usage: {page.usage}", width, subsequent_indent=" " * 7, break_on_hyphens=False)
    if page.text:
        yield "\n".join(_folded(line, width) for line in page.text.splitlines())
    for section in page.sections:
        if section.rows:
            lines = ["".join(span.text for span in line) for line in lines_of(section, width - len(_INDENT))]
            yield "\n".join([f"{section.title}:", *(f"{_INDENT}{line}".rstrip() for line in lines)])


def _folded(line: str, width: int) -> str:
    """Fold a line of prose; code and lists stay indented."""
    start = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(line, width, subsequent_indent=start, break_on_hyphens=False) if line.strip() else ""
