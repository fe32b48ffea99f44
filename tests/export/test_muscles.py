"""Muscles in the GLB: who they are, and that they move as the bodies do."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.clip import new_clip
from risorius.errors import InputError
from risorius.export import write_clip, write_glb
from risorius.skin.muscles import make_muscles


@pytest.fixture(scope="module")
def clip():
    time = np.arange(25) / 60
    wave = np.sin(np.pi * time / time[-1]) ** 2
    jaw = np.stack([0.25 * wave, 0 * wave, 0 * wave], axis=1)
    curves = {("zygomaticus_major", "left"): wave, ("frontalis.medialis", "right"): 0.5 * wave}
    return new_clip(time, curves, jaw=jaw)


@pytest.fixture(scope="module")
def glb(tmp_path_factory, toy_face, read_glb, clip):
    path = tmp_path_factory.mktemp("muscles") / "face.glb"
    write_glb(clip, path, face=toy_face, fade=0.85)
    return read_glb(path.read_bytes())


def test_every_muscle_is_a_node_that_says_what_it_is(glb, toy_face):
    nodes = glb.top["nodes"]
    named = [nodes[child] for child in glb.node("muscles")["children"]]
    bodies = make_muscles(toy_face.head).bodies
    assert [node["name"] for node in named] == [f"{b.channel}.{b.side}" for b in bodies]
    for node, body in zip(named, bodies, strict=True):
        extras = node["extras"]
        assert (extras["channel"], extras["side"]) == (body.channel, body.side)
        assert extras["id"] == node["name"]
        assert extras["latin"] == toy_face.atlas.muscle(extras["muscle"]).latin
        assert extras["nerve"] in {nerve.id for nerve in toy_face.atlas.nerves}
    smile = glb.node("zygomaticus_major.left")["extras"]
    assert smile["nerve"] == "facialis"
    assert {"zygomatici", "buccales"} & set(smile["branches"])
    assert "AU12" in smile["action_units"]
    assert glb.node("masseter.right")["extras"]["nerve"] == "mandibularis"
    assert any(glb.top["nodes"].index(glb.node("muscles")) in n.get("children", []) for n in nodes)


def test_played_they_are_the_bodies_of_the_moving_face(glb, toy_face, clip):
    muscles = make_muscles(toy_face.head)
    parts = (clip[name].values for name in ("activation", "jaw"))
    activation, jaw = parts
    shape = toy_face.rig.deform(activation, jaw, np.zeros((len(jaw), 2, 2)), level=0)
    played = glb.play()
    for moment in (0, 7, 12, 20):
        wanted = muscles.pose(shape[moment], activation[moment]) / 1000
        for body in muscles.bodies:
            points = played[f"{body.channel}.{body.side}"]
            points = points[min(moment, len(points) - 1)]
            off = np.linalg.norm(points - wanted[body.vertices], axis=1).max() * 1000
            assert off < 0.8, (body.channel, body.side, moment)


def test_a_working_muscle_has_a_target_of_its_own_name(glb, clip):
    mesh = glb.mesh("zygomaticus_major.left")
    assert mesh["extras"]["targetNames"][0] == "zygomaticus_major.left"
    curve = glb.curve("zygomaticus_major.left", "weights").reshape(len(clip["time"]), -1)
    wave = clip["activation"].sel(muscle="zygomaticus_major", side="left").values
    np.testing.assert_allclose(curve[:, 0], wave, atol=1e-5)
    other = glb.mesh("zygomaticus_major.right").get("extras", {"targetNames": []})
    assert "zygomaticus_major.right" not in other["targetNames"]


def test_the_mandible_goes_with_the_lower_teeth(glb):
    played = glb.play()
    assert len(played["skull"]) == 1
    teeth, bone = played["teeth_lower"][12], played["mandible"]
    assert np.linalg.norm(bone[12] - bone[0], axis=1).max() > 5e-3
    assert np.linalg.norm(teeth - played["teeth_lower"][0], axis=1).max() > 5e-3
    # The chin is bone of the mandible, the crown is not.
    assert played["mandible"][0][:, 1].max() < played["skull"][0][:, 1].max() - 0.05


def materials(glb):
    return {material["name"]: material for material in glb.top["materials"]}


def test_the_skin_is_clear_only_over_muscles(tmp_path, glb, toy_face, clip, read_glb):
    skin = materials(glb)["skin"]
    assert skin["alphaMode"] == "BLEND"
    assert skin["pbrMetallicRoughness"]["baseColorFactor"][3] == pytest.approx(0.15)
    assert "alphaMode" not in materials(glb)["eye"]
    assert "muscle" in materials(glb)
    write_glb(clip.isel(time=[3]), tmp_path / "plain.glb", face=toy_face)
    plain = read_glb((tmp_path / "plain.glb").read_bytes())
    assert not any("alphaMode" in material for material in plain.top["materials"])
    assert "muscle" not in materials(plain)
    assert "muscles" not in {node["name"] for node in plain.top["nodes"]}


def test_a_pose_holds_its_muscles(tmp_path, toy_face, clip, read_glb):
    still = clip.isel(time=[12])
    write_glb(still, tmp_path / "pose.glb", face=toy_face, fade=0.5)
    glb = read_glb((tmp_path / "pose.glb").read_bytes())
    muscles = make_muscles(toy_face.head)
    activation = still["activation"].values[0]
    shape = toy_face.rig.deform(
        activation[None], still["jaw"].values, np.zeros((1, 2, 2)), level=0
    )[0]
    wanted = muscles.pose(shape, activation) / 1000
    body = muscles.body("zygomaticus_major", "left")
    found = glb.play()["zygomaticus_major.left"][0]
    assert np.linalg.norm(found - wanted[body.vertices], axis=1).max() < 3e-4
    # Work shows in the colour too.
    reds = [
        glb.values(glb.mesh(f"zygomaticus_major.{side}")["primitives"][0]["attributes"]["COLOR_0"])
        for side in ("left", "right")
    ]
    assert reds[0][:, 0].mean() > 1.3 * reds[1][:, 0].mean()


def test_what_shows_no_muscles_says_so(tmp_path, toy_face, clip):
    with pytest.raises(InputError, match="shows no muscles"):
        write_clip(clip, tmp_path / "face.nc", face=toy_face, fade=0.5)
    with pytest.raises(InputError, match="fade is 0"):
        write_glb(clip, tmp_path / "face.glb", face=toy_face, fade=2.0)
    assert not list(tmp_path.iterdir())
