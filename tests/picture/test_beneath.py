"""What shows through a faded skin, and that nothing changes under a closed one."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.anatomy import load_atlas
from risorius.errors import InputError
from risorius.head import load_head
from risorius.picture import beneath, front_camera, orbit, render, see
from risorius.skin.muscles import make_muscles

CHANNELS = load_atlas().channel_ids
STILL = np.zeros((len(CHANNELS), 2))


@pytest.fixture(scope="module")
def head():
    return load_head()


@pytest.fixture(scope="module")
def muscles(head):
    return make_muscles(head)


@pytest.fixture(scope="module")
def under(head, muscles):
    return beneath(muscles, head.vertices, STILL)


@pytest.fixture(scope="module")
def view(head):
    return front_camera(head.vertices, width=320, height=400)


@pytest.fixture(scope="module")
def pictures(head, under, view):
    """The same face with its skin more and more clear."""
    return {
        fade: render(head.topology, head.vertices, view, beneath=under, fade=fade).astype(int)
        for fade in (0.0, 0.3, 0.85, 1.0)
    }


def spot(image, view, point):
    column, row, _ = view.project(point)
    return image[int(row) - 1 : int(row) + 2, int(column) - 1 : int(column) + 2].mean(axis=(0, 1))


def middle(muscles, channel, side="left"):
    span = muscles.body(channel, side).vertices
    belly = np.abs(muscles.along[span] - 0.5) < 0.1
    return muscles.vertices[span][belly].mean(axis=0)


def test_a_closed_skin_hides_everything(head, view, pictures):
    plain = render(head.topology, head.vertices, view)
    assert np.array_equal(pictures[0.0], plain)


def test_without_skin_muscles_are_red_and_bone_is_pale(muscles, view, pictures, head):
    for channel in ("frontalis.medialis", "platysma.mandibularis"):
        red, green, blue = spot(pictures[1.0], view, middle(muscles, channel))
        assert red > 2 * green
        assert red > 2 * blue
    crown = spot(pictures[1.0], view, head.vertices[np.argmax(head.vertices[:, 1])] - [0, 9, 0])
    assert crown.min() > 0.6 * crown.max()


def test_the_skin_counts_for_nothing_once_it_is_gone(head, under, view, pictures):
    green = np.zeros((head.topology.levels[1].n_vertices, 4))
    green[:, 1] = 1.0
    green[: head.topology.levels[1].parts["skin"].stop, 3] = 1.0
    painted = render(
        head.topology, head.vertices, view, colours=green, beneath=under, fade=1.0
    ).astype(int)
    assert np.abs(painted - pictures[1.0]).max() <= 1


def test_clearer_skin_shows_more(pictures):
    gone = [np.abs(pictures[fade] - pictures[1.0]).mean() for fade in (0.0, 0.3, 0.85, 1.0)]
    assert gone == sorted(gone, reverse=True)
    assert gone[2] < 0.4 * gone[0]
    # Mixing never goes beyond what it mixes.
    low = np.minimum(pictures[0.0], pictures[1.0])
    high = np.maximum(pictures[0.0], pictures[1.0])
    assert (pictures[0.3] >= low - 1).all()
    assert (pictures[0.3] <= high + 1).all()


def test_skin_seen_from_the_side_hides_more(head, muscles, view, pictures):
    def share(point):
        closed, clear, gone = (spot(pictures[f], view, point) for f in (0.0, 0.3, 1.0))
        return np.abs(clear - closed).sum() / np.abs(gone - closed).sum()

    front = share(middle(muscles, "frontalis.medialis"))
    side = share(middle(muscles, "temporalis"))
    assert front > 1.3 * side


def test_eyes_stay(head, view, pictures):
    for centre in head.eyes.centres:
        pupil = centre + np.array([0, 0, head.eyes.radii[0]])
        assert spot(pictures[0.0], view, pupil).max() < 60
        assert np.abs(spot(pictures[1.0], view, pupil) - spot(pictures[0.0], view, pupil)).max() < 8


def test_a_working_muscle_glows(head, muscles, view, pictures):
    activation = STILL.copy()
    activation[CHANNELS.index("frontalis.medialis"), 0] = 1.0
    works = beneath(muscles, head.vertices, activation)
    image = render(head.topology, head.vertices, view, beneath=works, fade=1.0)
    left, right = (middle(muscles, "frontalis.medialis", side) for side in ("left", "right"))
    assert spot(image, view, left)[0] > 1.2 * spot(pictures[1.0], view, left)[0]
    assert np.abs(spot(image, view, right) - spot(pictures[1.0], view, right)).max() < 3


def test_bone_hides_no_muscle_of_the_surface(muscles, under, view):
    seen = set()
    for yaw in (0, 40, 90, 150):
        owner, _ = see(under.points, under.triangles, orbit(view, np.radians(yaw)))
        corner = under.triangles[owner[owner >= 0], 0]
        flesh, count = np.unique(
            muscles.owner[corner[corner < len(muscles.vertices)]], return_counts=True
        )
        seen |= {muscles.bodies[number].channel for number in flesh[count > 25]}
    deep = {"corrugator_supercilii.transverse", "corrugator_supercilii.oblique"}
    deep |= {"incisivus_labii_superioris", "incisivus_labii_inferioris", "depressor_supercilii"}
    deep |= {"tarsalis_superior", "retractores_inferiores", "levator_palpebrae_superioris"}
    assert {body.channel for body in muscles.bodies} - seen <= deep


def test_it_goes_with_the_head(head, under, view):
    turn = np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]])
    moved = under.moved(turn, [1.0, 2.0, 3.0])
    np.testing.assert_allclose(moved.points, under.points @ turn.T + [1, 2, 3], atol=1e-4)


def test_what_cannot_be_shown_is_refused(head, under, view):
    with pytest.raises(InputError, match="needs something beneath"):
        render(head.topology, head.vertices, view, fade=0.5)
    with pytest.raises(InputError, match="fade is 0"):
        render(head.topology, head.vertices, view, beneath=under, fade=1.5)
