"""GLB: a clip as a moving head for any 3D program."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import risorius
from risorius.clip import check_clip
from risorius.errors import InputError
from risorius.export.gltf import Document
from risorius.export.prepare import kept_by, prepared
from risorius.export.report import LossReport
from risorius.files import replacing

if TYPE_CHECKING:
    import xarray as xr

    from risorius.export.muscles import MovingMuscle
    from risorius.export.rigid import Motion
    from risorius.export.targets import Floats, Pose, Shape, Targets
    from risorius.face import Face

__all__ = ["write_glb"]

RATES = (60, 120)


def write_glb(
    clip: xr.Dataset,
    path: str | os.PathLike[str],
    *,
    face: Face,
    rate: int = 60,
    level: int = 0,
    fade: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> LossReport:
    """Write a face and a clip as GLB (glTF 2.0): meshes, named morph targets and one animation.

    Parameters
    ----------
    clip : xarray.Dataset
        What was not observed is shown at rest, and the report says so. A clip of one moment becomes
        a pose without an animation.
    path : path
        Must end in ``.glb``.
    face : Face
        Who moves.
    rate : {60, 120} [1/s]
        Keys per second.
    level : {0, 1}
        1 is the finer mesh, of about three times the size.
    fade : float [1], optional
        Write the muscles too, under a skin this clear: 0 closed, 1 gone.
    progress : callable, optional
        Called with the share that is done, 0..1.

    Returns
    -------
    report : LossReport
        With the distance between the written shape and `risorius.deform`.

    Raises
    ------
    InputError
        Not a clip, another suffix, rate or level, or a folder that cannot be written to.

    Notes
    -----
    Morph targets are called by their channel and side (``zygomaticus_major.left``); those of the
    jaw, and of the lids that follow the gaze, ``jaw.open`` and ``lids.look_down.left``. A movement
    out of proportion has in-between targets, ``.1`` to ``.4`` for a quarter of it to the whole.
    What is left over goes into ``correction.1`` and on, which fit this clip only. Muscles are nodes
    of their own below ``muscles``, over a dim ``skull`` and ``mandible``; their extras tell id,
    names, side and nerve.
    """
    target = Path(path)
    check_clip(clip)
    problems = []
    if target.suffix.lower() != ".glb":
        problems.append(f"the file must end in '.glb', not be called {target.name!r}.")
    if rate not in RATES:
        problems.append(f"the rate must be 60 or 120 keys a second, not {rate}.")
    if level not in (0, 1):
        problems.append(f"the level must be 0 or 1, not {level}.")
    if fade is not None and not 0 <= fade <= 1:
        problems.append(f"fade is 0 (closed skin) to 1 (no skin), not {fade:g}.")
    if problems:
        raise InputError("cannot write a GLB: " + " ".join(problems))

    even, changed = prepared(clip, rate=rate)
    times = even["time"].values
    if times[0] != 0:
        changed = (*changed, f"time begins at 0 instead of {times[0]:g} s.")
    # Opened first: a place that cannot be written to is found before the work, not after it.
    with replacing(target) as beside:
        document, errors, silent = _document(
            even, face, level=level, fade=fade, progress=progress or (lambda share: None)
        )
        beside.write_bytes(document.to_glb())
    return LossReport(
        path=target,
        n_frames=len(times),
        left_out=(*silent, *kept_by(clip)),
        changed=changed,
        mean_error=errors[0],
        max_error=errors[1],
    )


def _document(
    clip: xr.Dataset,
    face: Face,
    *,
    level: int,
    fade: float | None,
    progress: Callable[[float], None],
) -> tuple[Document, tuple[float, float], tuple[str, ...]]:
    """Return the whole document, the mean and greatest error [mm], and what it does not show."""
    # The rasteriser's kernels come with these; a table does not need them.
    from risorius.export.material import add_materials
    from risorius.export.rigid import head_motion
    from risorius.export.scene import Scene, to_document
    from risorius.export.targets import Pose, find_targets, measure
    from risorius.face import clip_pose
    from risorius.picture import Look

    mesh = face.head.topology.levels[level]
    activation, jaw, gaze = clip_pose(face, clip)
    pose = Pose(activation=activation, jaw=jaw, gaze=gaze)

    def shape(activation: Floats, jaw: Floats, gaze: Floats) -> Floats:
        moved: Floats = face.rig.deform(activation, jaw, gaze, level=level, tone=face.tone)
        return moved

    rest = shape(*(np.zeros_like(part[:1]) for part in (pose.activation, pose.jaw, pose.gaze)))[0]
    motions, carried = _rigid_parts(shape, pose, rest, dict(mesh.parts))
    progress(0.2)
    fitted = np.ones(len(rest), bool)
    for part in (*motions, *carried):
        fitted[mesh.parts[part]] = False
    targets = find_targets(shape, pose, channels=face.atlas.channel_ids, rest=rest, fitted=fitted)
    progress(0.7)
    means, greatest = measure(shape, pose, targets, rest=rest, fitted=fitted)
    progress(0.8)
    muscles: tuple[MovingMuscle, ...] = ()
    bone = None
    if fade is not None:
        from risorius.export.muscles import moving_muscles
        from risorius.picture.bone import make_bone
        from risorius.skin.muscles import make_muscles

        bone = make_bone(make_muscles(face.head))
        muscles = moving_muscles(
            face,
            lambda *moment: face.rig.deform(*moment, level=0, tone=face.tone),
            pose,
            progress=lambda share: progress(0.8 + 0.19 * share),
        )
    times = clip["time"].values
    scene = Scene(
        level=mesh,
        rest=rest,
        pivots=dict(zip(("eye_left", "eye_right"), face.head.eyes.centres, strict=True)),
        motions=motions,
        carried=carried,
        targets=targets,
        head=head_motion(clip),
        muscles=muscles,
        bone=bone,
        times=times - times[0],
    )
    document = Document(generator=f"risorius {risorius.__version__}")
    to_document(
        scene, document, materials=add_materials(document, face.head.topology, Look(), fade=fade)
    )
    progress(1.0)
    reach = max((motion.reach for motion in motions.values()), default=0.0)
    errors = float(means.mean()), max(float(greatest.max()), reach)
    return document, errors, _silent(pose, targets, face)


def _silent(pose: Pose, targets: Targets, face: Face) -> tuple[str, ...]:
    """Name the channels that act in the clip and move nothing in the file."""
    shown = {name.partition(side)[0] for name in targets.names for side in (".left", ".right")}
    acts = pose.activation.max(axis=(0, 2)) > 0
    silent = [
        channel.id
        for channel, is_active in zip(face.atlas.channels, acts, strict=True)
        if is_active and channel.id not in shown and channel.moves not in ("jaw", "eye")
    ]
    if not silent:
        return ()
    return (f"{', '.join(silent)}: active, but nothing that is shown moves by it.",)


def _rigid_parts(
    shape: Shape, pose: Pose, rest: Floats, parts: dict[str, slice]
) -> tuple[dict[str, Motion], dict[str, str]]:
    """Return the motion of every part that keeps its shape, and who rides on whom."""
    from risorius.export.rigid import RIGID, fit_rigid, join_motions
    from risorius.export.targets import CHUNK

    pieces: dict[str, list[Motion]] = {part: [] for part in parts if part != "skin"}
    for start in range(0, len(pose), CHUNK):
        some = pose[slice(start, start + CHUNK)]
        moved = shape(some.activation, some.jaw, some.gaze)
        for part, motions in pieces.items():
            motions.append(fit_rigid(rest[parts[part]], moved[:, parts[part]]))
    joined = {part: join_motions(motions) for part, motions in pieces.items()}
    found = {part: motion for part, motion in joined.items() if motion.reach <= RIGID}
    carried = {}
    if "teeth_lower" in found and "tongue" in found:
        tongue = rest[parts["tongue"]]
        apart = found["teeth_lower"].apply(tongue) - found["tongue"].apply(tongue)
        if np.linalg.norm(apart, axis=2).max() <= RIGID:
            carried["tongue"] = "teeth_lower"
            del found["tongue"]
    return found, carried
