"""Laws of the topology: clean surfaces, outward faces, an exact mirror, a faithful finer level."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from risorius.head import load_head, load_topology
from risorius.head.mesh import catmull_clark, finer_mirror

LEVELS = (0, 1)
SURFACES = ("skin", "eye_left", "eye_right", "teeth_upper", "teeth_lower", "tongue")
TOPOLOGY = load_topology()


def part_quads(level, name):
    number = level.part_names.index(name)
    return level.quads[level.triangle_part[::2] == number]


def directed_edges(quads):
    return np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2)


@pytest.mark.parametrize("number", LEVELS)
@pytest.mark.parametrize("name", TOPOLOGY.parts)
def test_every_part_is_an_oriented_manifold(number, name):
    quads = part_quads(TOPOLOGY.levels[number], name)
    edges = directed_edges(quads)
    # A directed edge used twice would mean a flipped neighbour or a third face on the edge.
    assert len(np.unique(edges, axis=0)) == len(edges)
    assert all(len(set(quad)) == 4 for quad in quads.tolist())


@pytest.mark.parametrize("number", LEVELS)
@pytest.mark.parametrize(
    ("name", "euler", "rims"),
    [("skin", 1, 1), ("eye_left", 2, 0), ("tongue", 2, 0), ("teeth_upper", 1, 1)],
)
def test_surfaces_are_connected_and_closed_but_for_their_rims(number, name, euler, rims):
    quads = part_quads(TOPOLOGY.levels[number], name)
    edges = np.sort(directed_edges(quads), axis=1)
    unique, count = np.unique(edges, axis=0, return_counts=True)
    assert len(np.unique(quads)) - len(unique) + len(quads) == euler
    border = unique[count == 1]
    # On a rim every vertex has two border edges, so as many edges as vertices.
    assert len(np.unique(border)) == len(border)
    assert (len(border) > 0) == (rims == 1)


@pytest.mark.parametrize("number", LEVELS)
@pytest.mark.parametrize("name", SURFACES)
def test_faces_look_outwards(number, name):
    head = load_head()
    level = TOPOLOGY.levels[number]
    vertices = head.vertices if number == 0 else TOPOLOGY.refine(head.vertices)
    corners = vertices[level.triangles[level.triangle_part == level.part_names.index(name)]]
    corners = corners - vertices[level.parts[name]].mean(axis=0)
    volume = np.einsum("ni,ni->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    assert volume > 1000


@pytest.mark.parametrize("number", LEVELS)
def test_mirror_is_an_involution_that_keeps_faces_and_parts(number):
    level = TOPOLOGY.levels[number]
    assert (level.mirror[level.mirror] == np.arange(level.n_vertices)).all()
    own = {tuple(sorted(quad)) for quad in level.quads.tolist()}
    assert {tuple(sorted(quad)) for quad in level.mirror[level.quads].tolist()} == own
    for name, part in level.parts.items():
        other = name.replace("left", "*").replace("right", "left").replace("*", "right")
        assert set(level.mirror[part]) == set(range(*level.parts[other].indices(10**6)))


@pytest.mark.parametrize("number", LEVELS)
def test_triangles_halve_quads_and_textures_follow(number):
    level = TOPOLOGY.levels[number]
    assert (level.triangles[::2] == level.quads[:, :3]).all()
    assert (level.triangles[1::2] == level.quads[:, [0, 2, 3]]).all()
    assert level.triangle_uv.shape == level.triangles.shape
    assert 0 <= level.uv.min() <= level.uv.max() <= 1
    stops = [part.stop for part in level.parts.values()]
    assert stops[-1] == level.n_vertices
    assert stops == sorted(stops)


def test_size_is_what_the_design_says():
    coarse, fine = TOPOLOGY.levels
    assert 4000 < coarse.parts["skin"].stop < 4500
    assert 16_000 < fine.parts["skin"].stop < 18_000
    assert all(300 < coarse.parts[f"eye_{s}"].stop - coarse.parts[f"eye_{s}"].start < 500
               for s in ("left", "right"))  # fmt: skip


def test_subdivision_is_a_weighted_mean():
    matrix = TOPOLOGY.subdivision
    assert matrix.shape == (TOPOLOGY.levels[1].n_vertices, TOPOLOGY.levels[0].n_vertices)
    assert np.abs(matrix.sum(axis=1) - 1).max() < 1e-6
    assert matrix.data.min() > 0


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_refining_goes_along_with_rigid_motion_and_mirror(seed):
    random = np.random.default_rng(seed)
    vertices = load_head().vertices + random.normal(0, 1, (TOPOLOGY.levels[0].n_vertices, 3))
    turn, shift = Rotation.random(rng=random).as_matrix(), random.normal(0, 50, 3)
    moved = TOPOLOGY.refine(vertices @ turn.T + shift)
    assert np.abs(moved - TOPOLOGY.refine(vertices) @ turn.T - shift).max() < 1e-3
    flip = np.array([-1, 1, 1])
    mirrored = TOPOLOGY.refine(vertices[TOPOLOGY.mirror] * flip)
    fine = TOPOLOGY.refine(vertices)[TOPOLOGY.levels[1].mirror] * flip
    assert np.abs(mirrored - fine).max() < 1e-4


def test_refining_a_movement_frame_by_frame():
    vertices = load_head().vertices
    movement = np.stack([vertices, vertices + 1])
    assert np.abs(TOPOLOGY.refine(movement)[1] - TOPOLOGY.refine(vertices) - 1).max() < 1e-4


def test_a_cube_goes_towards_its_catmull_clark_sphere():
    cube = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    quads = np.array(
        [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]],
        np.int32,
    )
    matrix, finer = catmull_clark(quads, 8)
    points = matrix @ cube
    # Face points stay face centres; the published rule moves corners to 5/9 and edges to 3/4.
    assert points[:8] == pytest.approx(cube * 5 / 9)
    assert np.sort(np.abs(points[8:20]), axis=1) == pytest.approx(np.tile([0, 0.75, 0.75], (12, 1)))
    assert len(finer) == 24
    other = np.array([4, 5, 6, 7, 0, 1, 2, 3], np.int32)
    assert points[finer_mirror(quads, other)] == pytest.approx(points * [-1, 1, 1])


def test_creases_stay_on_their_line():
    quads = np.array([[0, 1, 4, 3], [1, 2, 5, 4]], np.int32)
    ridge = np.array([[0, 0, 0], [1, 0, 1], [2, 0, 0], [0, 1, 0], [1, 1, 1], [2, 1, 0]], float)
    smooth, _ = catmull_clark(quads, 6)
    sharp, _ = catmull_clark(quads, 6, creases=np.array([[1, 4]], np.int32))
    middle = 6 + 3  # edges in the order (0,1) (0,3) (1,2) (1,4) ...
    assert (sharp @ ridge)[middle] == pytest.approx([1, 0.5, 1])
    assert (smooth @ ridge)[middle, 2] == pytest.approx(0.75)


def test_regions_are_smooth_masks_that_mirror_and_cover_the_face():
    names = {
        "forehead", "glabella", "brow", "lids_upper", "lids_lower", "crows_feet", "nose", "cheek",
        "nasolabial", "lip_upper", "lip_lower", "chin", "jaw", "neck", "ear", "scalp", "mouth_bag",
        "eye_socket", "nostril",
    }  # fmt: skip
    assert set(TOPOLOGY.regions) == names
    skin = TOPOLOGY.parts["skin"]
    mirror = TOPOLOGY.mirror[skin]
    for mask in TOPOLOGY.regions.values():
        assert mask.shape == (skin.stop,)
        assert mask.min() == 0
        assert mask.max() > 0.9
        assert (mask[mirror] == mask).all()
    fine = TOPOLOGY.refined_regions()
    assert {len(mask) for mask in fine.values()} == {TOPOLOGY.levels[1].parts["skin"].stop}


def test_lip_colour_follows_the_border_of_the_lips():
    lips = TOPOLOGY.regions["lip_upper"] + TOPOLOGY.regions["lip_lower"]
    for name in ("upper", "lower"):
        assert lips[TOPOLOGY.loops[f"lip_{name}"]] == pytest.approx(1, abs=0.01)
        assert lips[TOPOLOGY.loops[f"lip_border_{name}"]] == pytest.approx(0.55, abs=0.01)
    level = TOPOLOGY.levels[0]
    red = level.triangles[level.triangle_material == level.material_names.index("lip")]
    assert lips[red].min() > 0.5


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("edge", ["lid", "lid_back"])
def test_lid_lines_run_from_inner_to_outer_corner(side, edge):
    vertices = load_head().vertices
    upper, lower = (TOPOLOGY.loops[f"{edge}_{lid}_{side}"] for lid in ("upper", "lower"))
    assert upper[0] == lower[0]
    assert upper[-1] == lower[-1]
    across = np.abs(vertices[upper, 0])
    assert across[0] == across.min()
    assert across[-1] == across.max()
    assert vertices[upper[len(upper) // 2], 1] > vertices[lower[len(lower) // 2], 1] + 5
    assert (vertices[upper, 0] > 0).all() == (side == "left")
    edges = {tuple(edge) for edge in directed_edges(TOPOLOGY.levels[0].quads).tolist()}
    for line in (upper, lower):
        for pair in zip(line[:-1].tolist(), line[1:].tolist(), strict=True):
            assert pair in edges or pair[::-1] in edges


def test_lip_lines_run_from_right_to_left_corner():
    vertices = load_head().vertices
    left, right = TOPOLOGY.loops["mouth_corners"]
    assert vertices[left, 0] > 15
    assert TOPOLOGY.mirror[left] == right
    for name in ("lip_upper", "lip_lower"):
        line = TOPOLOGY.loops[name]
        assert (line[0], line[-1]) == (right, left)
        assert (TOPOLOGY.mirror[line] == line[::-1]).all()
