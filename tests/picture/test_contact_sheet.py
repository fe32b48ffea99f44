"""The sheets on which every channel and the seven expressions can be looked at."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.head import load_head


@pytest.fixture(scope="module")
def tool():
    sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
    try:
        import contact_sheet
    finally:
        sys.path.pop(0)
    return contact_sheet


def test_every_channel_that_moves_something_is_on_one_sheet(tool):
    drawn = [label for groups in tool.SHEETS.values() for label in tool.channel_poses(groups)]
    wanted = {c.id for c in load_atlas().channels if c.moves in tool.SEEN}
    assert sorted(set(drawn) - {"rest"}) == sorted(wanted)
    assert len(drawn) == len(wanted) + len(tool.SHEETS)


def test_the_seven_expressions_are_drawn_in_two_strengths(tool):
    poses = tool.expression_poses()
    assert len(poses) == 14
    # Contempt is one-sided at its strongest as well.
    assert all(side == "left" for _, side in poses["contempt, strongest"])


@pytest.mark.parametrize("part", ["face", "mouth", "eyes"])
def test_both_cameras_see_the_part(tool, part):
    head = load_head()
    loops = head.topology.loops
    place = {"face": "lip_upper", "mouth": "mouth_corners", "eyes": "lid_upper_left"}[part]
    for camera in tool.cameras(head, part):
        pixels = camera.project(head.vertices[loops[place]])[:, :2]
        assert (pixels > 0).all()
        assert (pixels < [camera.width, camera.height]).all()
        assert np.isfinite(pixels).all()


def test_a_pose_is_drawn_from_both_sides(tool):
    from risorius.face import load_face

    face = load_face()
    pictures = {
        name: tool.draw(face, pose, tool.rig_shaper(face), "mouth")
        for name, pose in (("rest", {}), ("out", {("genioglossus", None): 1.0}))
    }
    width, height = tool.SIZE["mouth"]
    assert pictures["rest"].shape == (height, 2 * width, 3)
    assert np.abs(pictures["rest"].astype(int) - pictures["out"]).mean() > 2
