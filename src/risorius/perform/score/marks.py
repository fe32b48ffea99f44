"""BML 1.0 and SSML 1.1 into a score.

A subset that is useful for faces: gaze, gazeShift, face, faceLexeme, faceFacs, faceShift, head,
headDirectionShift, speech with sync points, and wait; of SSML all that changes what is said, when
and how. What was not understood is left out and listed in the score's `notes`, with its line.
"""

from __future__ import annotations

from risorius.errors import InputError
from risorius.perform.score.bml import bml_score
from risorius.perform.score.markup import read_markup
from risorius.perform.score.notation import Notation
from risorius.perform.score.ssml import ssml_score

__all__ = ["read_marks"]


def read_marks(text: str) -> Notation:
    """Read a BML or SSML document as the data of a score.

    Parameters
    ----------
    text : str

    Returns
    -------
    notation : Notation
        Its `data` has ``notes``: what was not understood, each with its line.

    Raises
    ------
    InputError
        No XML, or neither of the two.

    Examples
    --------
    >>> read_marks('<speak>Well, <break time="600ms"/>yes.</speak>').data["beats"]
    [{'say': 'Well,'}, {'say': 'yes.', 'gap': 0.6}]
    >>> read_marks('<bml><head id="h" lexeme="NOD" start="1" repetition="2"/></bml>').data["beats"]
    [{'nod': 2, 'name': 'h', 'at': 1.0}]
    """
    root = read_markup(text)
    if root.tag == "speak":
        return ssml_score(root)
    if root.tag in ("bml", "act"):
        return bml_score(root)
    raise InputError(f"{root.spot}: <{root.tag[:40]}> is neither BML (<bml>) nor SSML (<speak>).")
