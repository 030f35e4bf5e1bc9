"""Build backend of the root, which is no package: says what to install instead."""

from __future__ import annotations

from typing import Any

_MESSAGE = (
    "The root of this repository is no package. "
    "Install its four: pip install packages/domain packages/application packages/adapters packages/api"
)


def _refuse(*args: Any, **kwargs: Any) -> Any:
    raise SystemExit(_MESSAGE)


get_requires_for_build_wheel = get_requires_for_build_sdist = get_requires_for_build_editable = _refuse
prepare_metadata_for_build_wheel = prepare_metadata_for_build_editable = _refuse
build_wheel = build_sdist = build_editable = _refuse
