"""All contact of a head in one object, for the tissue solve and for the rig that was baked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risorius.head.topology import load_topology
from risorius.skin.contact.bodies import STEP, Bodies, Pose, make_bodies, rigid_pose
from risorius.skin.contact.guards import Guard, Roots, eye_guards, lash_roots, mouth_guards
from risorius.skin.contact.pairs import LidPairs, LipPairs, Slit, make_lids, make_lips

if TYPE_CHECKING:
    from risorius.head import Head

__all__ = ["Contact", "make_contact"]

Ints = NDArray[np.int32]
Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Contact:
    """What keeps skin out of teeth, eyes and other skin.

    Attributes
    ----------
    bodies : Bodies
    lips : LipPairs
    lids : LidPairs
    teeth : (Guard, Guard)
        Mouth lining and lips, at levels 0 and 1; both rows of teeth count.
    eyes : (Guard, Guard)
        Skin round the eyes.
    lashes : Roots
    """

    bodies: Bodies
    lips: LipPairs
    lids: LidPairs
    teeth: tuple[Guard, Guard]
    eyes: tuple[Guard, Guard]
    lashes: Roots

    def __repr__(self) -> str:
        return f"Contact({len(self.vertices):,} vertices, {len(self.lashes.hair)} lashes)"

    def settle(
        self,
        points: NDArray[np.floating],
        jaw_turn: NDArray[np.floating],
        jaw_shift: NDArray[np.floating],
        look: NDArray[np.floating],
        *,
        level: int = 0,
        whole: bool = True,
    ) -> None:
        """Resolve every contact in some frames, in place; what touches nothing stays as it is.

        Parameters
        ----------
        points : (t, n, 3) float32 [mm]
            Shapes of all parts.
        jaw_turn : (t, 3) float32 [rad]
            Axis times angle, through the pivot.
        jaw_shift : (t, 3) float32 [mm]
        look : (t, 2 side, 3) float32
            Unit vectors along the axes of the eyes.
        level : {0, 1}
        whole : bool
            Let whole lips yield and leave nothing of an overlap. Else bring overlapping vertices
            half the way back: the tissue solve has flesh that does the rest.
        """
        from risorius.skin.contact import body_loops

        bodies = self.bodies
        pivot = bodies.jaw.pivot.astype(np.float32)
        # One layout, so one compiled form, however many frames there are.
        jaw_turn = np.ascontiguousarray(jaw_turn)
        still = np.zeros_like(jaw_turn), np.zeros_like(jaw_shift)
        teeth, eyes = self.teeth[level], self.eyes[level]

        def off_the_teeth() -> None:
            for row, (turn, shift) in (
                (bodies.upper, still),
                (bodies.lower, (jaw_turn, jaw_shift)),
            ):
                body_loops.push_out(
                    points,
                    teeth.vertex,
                    teeth.least,
                    row.grid,
                    row.low,
                    np.float32(STEP),
                    pivot,
                    turn,
                    shift,
                )

        off_the_teeth()
        for slit in (self.lips.levels[level], *self.lids.levels[level]):
            if whole:
                slit.part(points)
            else:
                slit.halve(points)
        if whole:
            off_the_teeth()  # lips that gave way to each other may have met them again
        globes = bodies.globes
        body_loops.push_off_eyes(
            points,
            eyes.vertex,
            eyes.body,
            eyes.least,
            globes.centre.astype(np.float32),
            globes.radius.astype(np.float32),
            np.float32(globes.iris),
            np.float32(globes.rise),
            look,
        )
        if not whole:
            return
        for slit in self.lids.levels[level]:
            slit.finish(points)  # lids that were lifted off the eye may have met again
        if level == 0:
            hairs = self.lashes
            body_loops.root(points, hairs.hair, hairs.margin, hairs.weight, hairs.offset)

    def targets(self, shape: ArrayLike, pose: Pose) -> Singles:
        """Return where the vertices of a level-0 shape (n, 3) should be instead, (n, 3) [mm].

        A vertex that touches nothing stays where it is. For the tissue solve: one projection, each
        side of an overlap giving way by half.

        Parameters
        ----------
        shape : (n, 3) [mm]
        pose : Pose
        """
        out = np.array(shape, dtype=np.float32)[None]
        self.settle(
            out,
            pose.jaw_turn[None].astype(np.float32),
            pose.jaw_shift[None].astype(np.float32),
            pose.look[None].astype(np.float32),
            whole=False,
        )
        return np.asarray(out[0])

    def pose(self, jaw: ArrayLike = (0.0, 0.0, 0.0), gaze: ArrayLike | None = None) -> Pose:
        """Return where the bodies are, see :func:`rigid_pose`."""
        return rigid_pose(self.bodies.jaw, jaw, gaze)

    @property
    def vertices(self) -> Ints:
        """Level-0 vertices that contact may move, ascending."""
        slits = (self.lips.levels[0], *self.lids.levels[0])
        lists = [guard.vertex for guard in (self.teeth[0], self.eyes[0])]
        return np.unique(np.concatenate([*lists, *(slit.vertex for slit in slits)]))

    def take(self, wanted: NDArray[np.integer]) -> tuple[NDArray[np.int64], Contact]:
        """Return level-0 rows that a part of a head needs, and the contact of just those rows.

        Parameters
        ----------
        wanted : (k,) int
            They come first among the rows, in this order.

        Returns
        -------
        rows : (k + more,) int
            What touches each other must be there whole.
        contact : Contact
            For level 0 only.
        """
        lips, lids = self.lips.levels[0], self.lids.levels[0]
        both = np.unique(np.concatenate([lips.vertex, *(slit.vertex for slit in lids)]))
        hairs = self.lashes.hair[np.isin(self.lashes.hair, wanted).any(axis=1)]
        both = np.unique(np.concatenate([both, hairs.ravel()]))
        rows = np.concatenate([wanted, np.setdiff1d(both, wanted)])
        place = np.full(load_topology().levels[0].n_vertices, -1)
        place[rows] = np.arange(len(rows))
        part = replace(
            self,
            lips=LipPairs((lips.renumbered(place), self.lips.levels[1])),
            lids=LidPairs(
                ((lids[0].renumbered(place), lids[1].renumbered(place)), self.lids.levels[1])
            ),
            teeth=(self.teeth[0].renumbered(place), self.teeth[1]),
            eyes=(self.eyes[0].renumbered(place), self.eyes[1]),
            lashes=self.lashes.renumbered(place),
        )
        return rows, part

    def seal(self, shape: ArrayLike) -> float:
        """Return the widest gap along the line of the lips of a level-0 shape (n, 3) [mm].

        At every place along the mouth the lips are as far apart as their nearest rows.
        """
        return float(_gaps(self.lips.levels[0], np.asarray(shape, dtype=np.float64)).max())

    def cover(self, shape: ArrayLike) -> float:
        """Return the widest gap between the lids of a level-0 shape (n, 3), both eyes [mm].

        No sclera shows where it is zero.
        """
        points = np.asarray(shape, dtype=np.float64)
        return float(max(_gaps(slit, points).max() for slit in self.lids.levels[0]))


def make_contact(head: Head) -> Contact:
    """Return the contact of a head.

    Examples
    --------
    >>> from risorius.head import load_head
    >>> head = load_head()
    >>> contact = make_contact(head)
    >>> contact.seal(head.vertices), contact.lips.overlap(head.vertices)
    (0.0, 0.0)
    """
    bodies = make_bodies(head)
    return Contact(
        bodies,
        make_lips(head),
        make_lids(head, bodies.globes),
        mouth_guards(head, bodies),
        eye_guards(head, bodies),
        lash_roots(head),
    )


def _gaps(slit: Slit, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gap at places along a slit, (places,) [mm]: the least over the rows."""
    frame = slit.frame.astype(np.float64)
    offset = points[slit.vertex] - frame[0]
    along, up, ahead = (offset @ frame[k] for k in (1, 2, 3))
    reach = np.hypot(up, ahead)
    height = np.arctan2(up, ahead) if frame[4, 0] else up
    places = np.linspace(0, 1, 121)[1:-1]
    lines, depth = [], []
    for side in (slit.upper, slit.lower):
        ends = along[side[[0, -1]]].mean(axis=1)
        where = ends[0] + places * (ends[1] - ends[0])
        lines.append(np.stack([np.interp(where, along[row], height[row]) for row in side.T]))
        depth.append(np.stack([np.interp(where, along[row], reach[row]) for row in side.T]))
    gap = np.maximum(lines[0].min(axis=0) - lines[1].max(axis=0), 0.0)
    return np.asarray(gap * np.mean(depth, axis=(0, 1)) if frame[4, 0] else gap)
