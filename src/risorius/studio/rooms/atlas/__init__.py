from __future__ import annotations

from fastapi import APIRouter

from risorius.studio.room import Room
from risorius.studio.rooms.atlas import messages

router = APIRouter()
ROOM = Room("atlas", "Atlas", router, messages)
