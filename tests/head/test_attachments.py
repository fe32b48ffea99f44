"""Muscle fibres follow every head, lie in its flesh, and pull where anatomy says."""

from pathlib import Path

import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.errors import InputError
from risorius.head import load_head
from risorius.head.attachments import (
    fibre_length,
    fibre_points,
    load_fibres,
    load_sites,
    relative_size,
    site_points,
    skin_normals,
)
from risorius.head.depth import tissue_depth

ROOT = Path(__file__).parents[2]
FLIP = np.array([-1.0, 1.0, 1.0])
PEOPLE = {
    "default": {},
    "child": {"age_years": 6, "sex": 0.2},
    "heavy old man": {"age_years": 72, "sex": 1.0, "weight": 0.95, "ancestry": {"african": 1}},
    "lean woman": {"age_years": 25, "sex": 0.0, "weight": 0.05, "ancestry": {"asian": 1}},
}


@pytest.fixture(scope="module", params=PEOPLE.values(), ids=PEOPLE.keys())
def head(request):
    return load_head(**request.param)


def test_every_channel_that_moves_skin_or_lid_has_fibres():
    wanted = {c.id for c in load_atlas().channels if c.moves in ("skin", "lid")}
    assert wanted <= set(load_fibres())
    assert set(load_fibres()) <= {c.id for c in load_atlas().channels}


def test_right_mirrors_left_on_a_symmetric_head(head):
    for channel in load_fibres():
        pairs = zip(
            fibre_points(head, channel, "left"), fibre_points(head, channel, "right"), strict=True
        )
        for left, right in pairs:
            np.testing.assert_allclose(left * FLIP, right, atol=1e-9)


def test_sides_are_the_depicted_persons(head):
    for channel in load_fibres():
        assert all(fibre[:, 0].mean() > 0 for fibre in fibre_points(head, channel, "left")), channel


def test_asymmetric_face_has_asymmetric_fibres():
    head = load_head(detail={"l-eye-height1": 1.0})
    left = fibre_points(head, "orbicularis_oculi.pretarsalis", "left")[0]
    right = fibre_points(head, "orbicularis_oculi.pretarsalis", "right")[0]
    assert np.abs(left * FLIP - right).max() > 0.2


def _winding(vertices, triangles, points):
    """Winding number of a surface about points: 1 inside, 0 outside (van Oosterom 1983)."""
    a, b, c = (vertices[triangles[:, k]][None] - points[:, None] for k in range(3))
    la, lb, lc = (np.linalg.norm(x, axis=2) for x in (a, b, c))
    top = (a * np.cross(b, c)).sum(2)
    below = la * lb * lc + (a * b).sum(2) * lc + (b * c).sum(2) * la + (c * a).sum(2) * lb
    return 2 * np.arctan2(top, below).sum(axis=1) / (4 * np.pi)


def test_fibres_lie_inside_the_head(head):
    """The mouth and the sockets are cavities of the mesh; muscles by the bone may run there."""
    level, regions = head.topology.levels[0], head.topology.regions
    hollow = np.ones(level.n_vertices)
    skin = head.topology.parts["skin"]
    hollow[skin] = np.maximum(regions["mouth_bag"], regions["eye_socket"])
    outer = level.triangles[hollow[level.triangles].min(axis=1) < 0.5]
    points = np.concatenate([f[::4] for c in load_fibres() for f in fibre_points(head, c, "left")])
    ends = np.concatenate(
        [f[[0, -1]] for c in load_fibres() for f in fibre_points(head, c, "left")]
    )
    points = np.concatenate([points, ends])
    inside = np.concatenate(
        [_winding(head.vertices, outer, part) for part in np.array_split(points, 12)]
    )
    # On other faces a few points by the corner of the mouth fall between the lips.
    least = 1.0 if head.identity == load_head().identity else 0.985
    assert (inside > 0.5).mean() >= least


def test_lengths_agree_with_the_atlas(head):
    atlas = load_atlas()
    for channel in load_fibres():
        muscle, _, part = channel.partition(".")
        if (muscle, part) == ("platysma", "mandibularis"):
            continue  # its lower half lies below the rim of the neck
        length = fibre_length(head, channel, "left") / relative_size(head)
        if muscle == "orbicularis_oris":
            length = 2 * length  # the atlas counts from modiolus to modiolus
        share = length / atlas.muscle(muscle).rest_length.value
        loose = 1.0 if head.identity == load_head().identity else 0.8
        assert share.min() > 0.5 * loose, (channel, share)
        assert share.max() < 1.8 / loose, (channel, share)


# Where the origin lies, seen from the insertion: axis and sense (x lateral, y up, z forward).
PULLS = [
    ("frontalis.medialis", "y", 1),
    ("frontalis.lateralis", "y", 1),
    ("procerus", "y", -1),
    ("corrugator_supercilii.transverse", "x", -1),
    ("corrugator_supercilii.oblique", "y", -1),
    ("depressor_supercilii", "y", -1),
    ("levator_palpebrae_superioris", "z", -1),
    ("retractores_inferiores", "z", -1),
    ("nasalis.transversa", "x", 1),
    ("nasalis.alaris", "y", -1),
    ("depressor_septi_nasi", "y", -1),
    ("levator_labii_superioris_alaeque_nasi", "y", 1),
    ("levator_labii_superioris", "y", 1),
    ("zygomaticus_minor", "x", 1),
    ("zygomaticus_minor", "y", 1),
    ("zygomaticus_major", "x", 1),
    ("zygomaticus_major", "y", 1),
    ("zygomaticus_major", "z", -1),
    ("levator_anguli_oris", "y", 1),
    ("risorius", "x", 1),
    ("risorius", "z", -1),
    ("buccinator", "z", -1),
    ("orbicularis_oris.superior_marginalis", "x", -1),
    ("orbicularis_oris.inferior_peripheralis", "x", -1),
    ("incisivus_labii_superioris", "x", -1),
    ("incisivus_labii_inferioris", "x", -1),
    ("depressor_anguli_oris", "y", -1),
    ("depressor_labii_inferioris", "y", -1),
    ("mentalis", "y", 1),
    ("platysma.modiolaris", "y", -1),
]


@pytest.mark.parametrize(("channel", "axis", "sense"), PULLS)
def test_muscles_pull_the_way_anatomy_says(head, channel, axis, sense):
    for fibre in fibre_points(head, channel, "left"):
        away = fibre[0] - fibre[-1]
        assert sense * away["xyz".index(axis)] > 0.2 * np.linalg.norm(away)


def test_corner_muscles_meet_beside_the_mouth_corner(head):
    corner = site_points(head, "left")["cheilion"]
    for channel in (
        "zygomaticus_major",
        "levator_anguli_oris",
        "risorius",
        "depressor_anguli_oris",
    ):
        for fibre in fibre_points(head, channel, "left"):
            assert np.linalg.norm(fibre[-1] - corner) < 18 * relative_size(head)


def test_lid_arcs_run_round_the_eye(head):
    centre = head.eyes.centres[0]
    for part in ("orbitalis", "preseptalis", "pretarsalis"):
        middles = [f[len(f) // 2] for f in fibre_points(head, f"orbicularis_oculi.{part}", "left")]
        above = [middle[1] > centre[1] for middle in middles]
        assert 0 < sum(above) < len(above)


def test_hold_grows_from_bone_to_skin():
    for channel, fibres in load_fibres().items():
        for fibre in fibres:
            assert 5 <= len(fibre.hold) <= 45, channel
            assert (np.diff(fibre.hold) >= 0).all(), channel
            assert fibre.hold[0] < 0.2, channel
            assert fibre.hold[-1] in (0.0, 1.0), channel


def test_anchors_are_read_only():
    fibre = load_fibres()["risorius"][0]
    with pytest.raises(ValueError, match="read-only"):
        fibre.depth[0] = 1.0


def test_unknown_names_get_a_hint():
    with pytest.raises(InputError, match=r"Did you mean .*'zygomaticus_major'"):
        fibre_points(load_head(), "zygomaticus_maior", "left")
    with pytest.raises(InputError, match="'left' or 'right'"):
        fibre_points(load_head(), "risorius", "both")


def test_data_file_is_small():
    assert (ROOT / "src/risorius/head/data/attachments.yaml").stat().st_size < 300_000


def test_sites_are_on_the_skin_and_named_alike():
    head = load_head()
    left, right = site_points(head, "left"), site_points(head, "right")
    assert list(left) == list(right) == list(load_sites())
    for name, anchors in load_sites().items():
        assert anchors.depth == 0, name
    assert right["cheilion"][0] == pytest.approx(-left["cheilion"][0])
    assert abs(left["pronasale"][0]) < 0.05


def test_tissue_depth_is_symmetric_and_anatomical(head):
    depth, skin = tissue_depth(head), head.topology.parts["skin"]
    np.testing.assert_allclose(depth, depth[head.topology.mirror[skin]], atol=1e-6)
    assert depth.min() > 0.5
    regions = head.topology.regions
    size = relative_size(head)

    def mean(region):
        return float((depth * regions[region]).sum() / regions[region].sum()) / size

    assert mean("lids_upper") < 3.5
    assert 3.5 < mean("forehead") < 6.5
    assert mean("nose") < mean("cheek")
    assert 7 < mean("chin") < 13


def test_bone_lies_inside_the_head():
    head = load_head()
    skin = head.topology.parts["skin"]
    bone = head.vertices[skin] - skin_normals(head) * tissue_depth(head)[:, None]
    outer = head.topology.regions["mouth_bag"] + head.topology.regions["eye_socket"] < 0.01
    level = head.topology.levels[0]
    skin_triangles = level.triangles[level.triangles.max(axis=1) < skin.stop]
    inside = _winding(head.vertices, skin_triangles, bone[outer][::40])
    assert (inside > 0.5).mean() > 0.97


@pytest.mark.slow
def test_the_tool_makes_the_same_bytes(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    from place_fibres import data_text

    stored = (ROOT / "src/risorius/head/data/attachments.yaml").read_text(encoding="utf-8")
    assert data_text() == stored
