"""The human face as a living system of muscles.

One muscle model serves four verbs: perform, read, train and age. The names below are the verbs and
nouns of everyday use; each room (`risorius.read`, `risorius.skin`, ...) holds the rest.

Examples
--------
>>> import risorius
>>> risorius.load_atlas().action_unit("AU12").name
'lip corner puller'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from risorius.anatomy import Atlas, load_atlas
    from risorius.clip import Clip, check_clip, new_clip, open_clip, save_clip
    from risorius.errors import InputError, RisoriusError
    from risorius.export import write_clip
    from risorius.face import Face, deform, load_face
    from risorius.head import Head, load_head
    from risorius.perform import perform_score
    from risorius.read import read_video

__version__ = "0.1.0"

# The one list of public names and the room each comes from; loaded on first use, because importing
# risorius must stay fast and must not start a video or numerics library nobody asked for.
_ROOM_OF = {
    "Atlas": "anatomy",
    "load_atlas": "anatomy",
    "Clip": "clip",
    "check_clip": "clip",
    "new_clip": "clip",
    "open_clip": "clip",
    "save_clip": "clip",
    "InputError": "errors",
    "RisoriusError": "errors",
    "write_clip": "export",
    "Face": "face",
    "deform": "face",
    "load_face": "face",
    "Head": "head",
    "load_head": "head",
    "perform_score": "perform",
    "read_video": "read",
}

__all__ = [  # noqa: RUF022 - in the order of the work
    "Atlas",
    "load_atlas",
    "Head",
    "load_head",
    "Face",
    "load_face",
    "Clip",
    "new_clip",
    "check_clip",
    "open_clip",
    "save_clip",
    "perform_score",
    "deform",
    "read_video",
    "write_clip",
    "RisoriusError",
    "InputError",
]


def __getattr__(name: str) -> Any:
    room = _ROOM_OF.get(name)
    if room is None:
        raise AttributeError(f"module 'risorius' has no attribute {name!r}")
    return getattr(importlib.import_module(f"risorius.{room}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
