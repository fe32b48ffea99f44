from __future__ import annotations

from fastapi import APIRouter

from risorius.studio.room import Room
from risorius.studio.rooms.perform import messages

router = APIRouter()
ROOM = Room("perform", "Perform", router, messages)
