from __future__ import annotations

from fastapi import APIRouter

from risorius.studio.room import Room
from risorius.studio.rooms.read import messages

router = APIRouter()
ROOM = Room("read", "Read", router, messages)
