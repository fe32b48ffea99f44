"""The reader: a video or picture goes in, and comes back as muscles, events and a report."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse

from risorius.clip import open_clip
from risorius.errors import InputError
from risorius.read import write_report
from risorius.studio.messages import Job
from risorius.studio.room import Lent, Room, Studio
from risorius.studio.rooms.read import messages
from risorius.studio.rooms.read.messages import Limits
from risorius.studio.rooms.read.work import SUFFIXES, read_upload

__all__ = ["ROOM"]

router = APIRouter(tags=["read"])
ROOM = Room("read", "Read", router, messages)

REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
"""The report is a page with a script in it: here it gets no origin and no network."""


@router.get("/api/read/limits")
def get_limits(studio: Lent) -> Limits:
    """Return what may be uploaded, so that it can be told before it is tried."""
    settings = studio.settings
    return Limits(
        bytes=settings.upload_bytes,
        seconds=settings.read_seconds,
        waiting=settings.n_jobs,
        suffixes=SUFFIXES,
    )


_FILE = {"required": True, "content": {"application/octet-stream": {}}}


@router.post("/api/read/upload", status_code=202, openapi_extra={"requestBody": _FILE})
async def post_upload(
    request: Request,
    studio: Lent,
    name: Annotated[str, Query(min_length=1, max_length=255)],
    neutral: Annotated[str | None, Query(pattern=r"^\d{1,9}:\d{1,9}$")] = None,
) -> Job:
    """Take a video or picture as the body of the request, and begin to read it.

    The file is deleted as soon as it has been read, or could not be.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"{name!r:.80} is no video or picture that is read here. There are "
            f"{', '.join(SUFFIXES)}."
        )
    job, folder = studio.jobs.new_folder()
    # The name is in what is said about the file; of a path it keeps nothing.
    upload = folder / (re.sub(r"[^\w-]", "_", Path(name).stem)[:60] + suffix)
    clip = folder / "reading.nc"
    try:
        await _take(request, upload, studio)
    except BaseException:
        studio.jobs.remove_folder(job)
        raise
    work = partial(read_upload, upload, clip, neutral=neutral, seconds=studio.settings.read_seconds)
    return studio.jobs.start(
        job, "read", work, title=name, finish=partial(_shelve, studio, clip, name)
    )


@router.get("/api/read/clips/{clip}/report", response_class=HTMLResponse)
def get_report(clip: str, studio: Lent) -> Response:
    """Return the report: a page that needs nothing else."""
    held = studio.shelf.get(clip)
    if held.sheet.room != ROOM.name:
        raise InputError(f"{held.sheet.title!r} was not read from a video: there is no report.")
    name, folder = studio.jobs.new_folder()
    try:
        page = write_report(held.clip, folder / "report.html").read_bytes()
    finally:
        studio.jobs.remove_folder(name)
    headers = {"content-security-policy": REPORT_POLICY, "x-frame-options": "SAMEORIGIN"}
    return HTMLResponse(page, headers=headers)


async def _take(request: Request, upload: Path, studio: Studio) -> None:
    """Write the body to a file as it comes, within the limits."""
    settings = studio.settings
    most = f"at most {settings.upload_bytes / 1e6:.0f} MB are taken. Cut it or make it smaller."
    if int(request.headers.get("content-length") or 0) > settings.upload_bytes:
        raise HTTPException(413, most)
    taken = 0
    try:
        async with asyncio.timeout(settings.upload_seconds):
            with upload.open("wb") as file:
                async for piece in request.stream():
                    taken += len(piece)
                    if taken > settings.upload_bytes:
                        raise HTTPException(413, most)
                    await asyncio.to_thread(file.write, piece)
    except TimeoutError:
        raise HTTPException(
            413, f"the file did not arrive within {settings.upload_seconds:.0f} s."
        ) from None
    if not taken:
        raise InputError("the file is empty.")


def _shelve(studio: Studio, path: Path, name: str, _: object) -> dict[str, str]:
    sheet = studio.shelf.put(open_clip(path), title=name, room=ROOM.name)
    return {"clip": sheet.id}
