"""What a foreign file could not carry: every export says it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["LossReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LossReport:
    """What was written, and what of the clip did not come through unchanged.

    Attributes
    ----------
    path : Path
        The file.
    n_frames : int
        Moments in time that it holds.
    left_out : tuple of str
        What of the clip is not in the file, one sentence each.
    changed : tuple of str
        What is in the file in another form than in the clip, one sentence each.
    mean_error, max_error : float [mm], optional
        Distance between the written shape, evaluated by the rules of the format, and
        `risorius.deform`, over all moments and vertices; ``None`` where no shape is written.

    Examples
    --------
    >>> report = LossReport(path=Path("smile.csv"), n_frames=3, left_out=("2 events.",))
    >>> print(report)
    smile.csv: 3 moments
      left out: 2 events.
    """

    path: Path
    n_frames: int
    left_out: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    mean_error: float | None = None
    max_error: float | None = None

    def __str__(self) -> str:
        lines = [f"{self.path}: {self.n_frames} moment{'s' if self.n_frames != 1 else ''}"]
        lines += [f"  left out: {sentence}" for sentence in self.left_out]
        lines += [f"  changed: {sentence}" for sentence in self.changed]
        if self.mean_error is not None and self.max_error is not None:
            lines.append(
                f"  shape: {self.mean_error:.3f} mm from the model on average, "
                f"{self.max_error:.3f} mm at most"
            )
        return "\n".join(lines)
