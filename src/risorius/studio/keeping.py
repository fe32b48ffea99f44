"""What all rooms share: clips with their numbers, jobs, exports and saved sessions."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse

from risorius.clip import open_clip, save_clip
from risorius.errors import InputError, did_you_mean
from risorius.export import write_clip
from risorius.export.write import SUFFIXES
from risorius.studio.frames import frame_rows
from risorius.studio.messages import ClipSheet, Export, ExportAsk, Hello, Job, SaveAsk, Saved
from risorius.studio.problems import Missing
from risorius.studio.room import Binary, Lent
from risorius.studio.store import ID

__all__ = ["router"]

router = APIRouter()

Id = Annotated[str, InPath(pattern=f"^{ID.pattern}$")]


@router.get("/api/hello", tags=["studio"])
def get_hello(studio: Lent) -> Hello:
    """Return who this is, and which version of the messages it speaks."""
    return studio.hello


@router.get("/api/clips/{clip}", tags=["clips"])
def get_clip(clip: Id, studio: Lent) -> ClipSheet:
    """Return what is known of a clip at hand or saved."""
    return studio.shelf.get(clip).sheet


@router.get("/api/clips/{clip}/frames", tags=["clips"], response_class=Binary)
def get_frames(clip: Id, studio: Lent) -> Binary:
    """Return its frames: rows of 32-bit numbers, little-endian, laid out as `Hello` says."""
    return Binary(frame_rows(studio.shelf.get(clip).clip).tobytes())


@router.get("/api/clips/{clip}/confidence", tags=["clips"], response_class=Binary)
def get_confidence(clip: Id, studio: Lent) -> Binary:
    """Return how sure each activation is, 0..1: rows of 32-bit numbers by channel and side."""
    whole = studio.shelf.get(clip).clip
    if "confidence" not in whole:
        raise InputError("this clip says nothing about confidence: it was not read from a video.")
    values = np.asarray(whole["confidence"].values, dtype="<f4")
    return Binary(values.tobytes())


@router.delete("/api/clips/{clip}", tags=["clips"], status_code=204)
def delete_clip(clip: Id, studio: Lent) -> None:
    """Forget a clip; one that was saved stays in the data folder."""
    studio.shelf.drop(clip)


@router.post("/api/clips/{clip}/save", tags=["clips"])
def post_save(clip: Id, ask: SaveAsk, studio: Lent) -> Saved:
    """Keep a clip in the data folder."""
    return studio.shelf.save(clip, ask)


@router.post("/api/clips/{clip}/export", tags=["clips"], status_code=202)
def post_export(clip: Id, ask: ExportAsk, studio: Lent) -> Job:
    """Begin to write a clip in another format."""
    if ask.format not in SUFFIXES:
        hint = did_you_mean(ask.format, SUFFIXES) or f"There are {', '.join(SUFFIXES)}."
        raise InputError(f"unknown format {ask.format!r:.40}. {hint}")
    held = studio.shelf.get(clip)
    stem = re.sub(r"[^\w-]+", "_", held.sheet.title).strip("_")[:60] or "clip"
    name, folder = studio.jobs.new_folder()
    source, target = folder / ".source.nc", folder / f"{stem}{ask.format}"
    save_clip(held.clip, source)
    return studio.jobs.start(
        name,
        "export",
        partial(_export, source, target, ask.fade),
        title=target.name,
        finish=lambda export: {"export": export},
        clip=clip,
    )


@router.get("/api/jobs/{job}", tags=["jobs"])
def get_job(job: Id, studio: Lent) -> Job:
    """Return how a job stands."""
    found = studio.jobs.get(job)
    if found is None:
        raise Missing(f"there is no job {job!r}; it may have been forgotten.")
    return found


@router.delete("/api/jobs/{job}", tags=["jobs"])
def delete_job(job: Id, studio: Lent) -> Job:
    """Cancel a job; one that is over stays as it is."""
    found = studio.jobs.cancel(job)
    if found is None:
        raise Missing(f"there is no job {job!r}; it may have been forgotten.")
    return found


@router.get("/api/jobs/{job}/file", tags=["jobs"], response_class=FileResponse)
def get_file(job: Id, studio: Lent) -> FileResponse:
    """Return the file that an export made."""
    found = studio.jobs.get(job)
    if found is None or found.export is None:
        raise Missing(f"the job {job!r} has made no file.")
    path = studio.jobs.folder(job) / found.export.name
    return FileResponse(path, filename=path.name, media_type=Binary.media_type)


@router.get("/api/saved", tags=["saved"])
def list_saved(studio: Lent) -> list[Saved]:
    """Return all saved sessions, the newest first."""
    return studio.shelf.store.list()


@router.get("/api/saved/{session}", tags=["saved"])
def get_saved(session: Id, studio: Lent) -> Saved:
    """Return one saved session; its clip has the same id."""
    return studio.shelf.store.page(session)


@router.delete("/api/saved/{session}", tags=["saved"], status_code=204)
def delete_saved(session: Id, studio: Lent) -> None:
    """Delete a saved session for good."""
    studio.shelf.store.delete(session)
    studio.shelf.drop(session)


def _export(
    source: Path, target: Path, fade: float | None, progress: Callable[[float], None]
) -> Export:
    report = write_clip(open_clip(source), target, fade=fade, progress=progress)
    source.unlink()
    return Export(
        name=target.name,
        left_out=report.left_out,
        changed=report.changed,
        mean_error=report.mean_error,
        max_error=report.max_error,
    )
