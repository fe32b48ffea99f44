"""The face landmark model: three small networks in one vendored file, run without any network.

The file is Google's ``face_landmarker.task`` (Apache-2.0), a zip of a face detector, a landmark net
and a blendshape net. They run in LiteRT, which contacts nobody.
"""

from __future__ import annotations

import hashlib
import os
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risorius.errors import RisoriusError

__all__ = ["BLENDSHAPES", "BLENDSHAPE_POINTS", "N_POINTS", "Network"]

MODEL_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"

N_POINTS = 478
"""Landmarks per face: 468 of the face mesh, then five of each iris."""

# fmt: off
BLENDSHAPES: tuple[str, ...] = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft",
    "browOuterUpRight", "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft",
    "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight",
    "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft",
    "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen",
    "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft",
    "mouthFrownRight", "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight", "mouthRollLower",
    "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight",
    "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)
# fmt: on
"""Names of the blendshape scores, in the order of the net's output (52; there is no tongueOut)."""

# fmt: off
BLENDSHAPE_POINTS: NDArray[np.intp] = np.array([
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65,
    66, 67, 70, 78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136,
    144, 145, 146, 148, 149, 150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168,
    172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263, 267, 269, 270, 276,
    282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318,
    321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380,
    381, 382, 384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466,
    468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
], dtype=np.intp)
# fmt: on
"""The 146 landmarks that the blendshape net reads, as published with the model's graph."""
BLENDSHAPE_POINTS.setflags(write=False)


@cache
def _members() -> dict[str, bytes]:
    """Return the networks of the vendored file by name, after checking that it is that file."""
    path = files("risorius.read").joinpath("data", "face_landmarker.task")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != MODEL_SHA256:
        raise RisoriusError(f"{path} is damaged: its checksum is not the one it was shipped with.")
    with path.open("rb") as stream, zipfile.ZipFile(stream) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Keep native start-up lines of the runtime off the terminal for the length of the block."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as sink:
            os.dup2(sink.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


class Network:
    """One network of the model, ready to run.

    Parameters
    ----------
    name : str
        ``face_detector``, ``face_landmarks_detector`` or ``face_blendshapes``.
    threads : int
        Threads that one call may use.

    Examples
    --------
    >>> net = Network("face_blendshapes")
    >>> net.input()[:] = 0.5
    >>> [scores.shape for scores in net.run()]
    [(52,)]
    """

    __slots__ = ("_input", "_interpreter", "_outputs")

    def __init__(self, name: str, *, threads: int = 1) -> None:
        from ai_edge_litert.interpreter import Interpreter

        with _quiet_stderr():
            self._interpreter: Any = Interpreter(
                model_content=_members()[f"{name}.tflite"], num_threads=threads
            )
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.tensor(self._interpreter.get_input_details()[0]["index"])
        self._outputs = [detail["index"] for detail in self._interpreter.get_output_details()]

    def input(self) -> NDArray[np.float32]:
        """Return the input tensor to write into, without its batch dimension.

        It lies in the runtime's own memory: let go of it before :meth:`run`.
        """
        view: NDArray[np.float32] = self._input()[0]
        return view

    def run(self) -> list[NDArray[np.float32]]:
        """Run the net on what was written to :meth:`input`; return copies of its outputs."""
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._outputs]
