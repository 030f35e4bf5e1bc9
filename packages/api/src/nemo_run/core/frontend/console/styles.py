"""How tables look: ``Table(box=BOX_STYLE, **TABLE_STYLES)``."""

from __future__ import annotations

from typing import Any

from rich import box

BOX_STYLE = box.ROUNDED
TABLE_STYLES: dict[str, Any] = {
    "header_style": "bold magenta",
    "border_style": "dim",
    "title_justify": "left",
}
