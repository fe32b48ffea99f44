"""A head with the person's proportions, and the rest behind a single picture."""

from __future__ import annotations

import numpy as np
import pytest

from risorius.head import detail_ranges, load_head
from risorius.read.basis import measure_basis
from risorius.read.identify import fit_identity, rest_of_picture
from risorius.read.scores import score_map


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RISORIUS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize(
    "detail",
    [
        {"head-scale-horiz": 0.6, "nose-scale-horiz": 0.5},
        {"mouth-scale-horiz": -0.7, "chin-height": 0.4, "eye-trans-horiz": 0.5},
    ],
)
def test_proportions_come_back(detail):
    likeness = fit_identity(load_head(detail=detail).landmarks())
    assert likeness.after < 0.5 * likeness.before
    for name, amount in detail.items():
        assert np.sign(likeness.detail[name]) == np.sign(amount), name
    for name, amount in likeness.detail.items():
        low, high = detail_ranges()[name]
        assert low <= amount <= high


@pytest.mark.usefixtures("own_cache")
def test_the_fitted_head_is_nearer_than_the_default_one():
    wanted = load_head(age_years=60, sex=1.0, ancestry={"african": 1.0}).landmarks()
    likeness = fit_identity(wanted)
    fitted = load_head(detail=likeness.detail).landmarks()
    default = load_head().landmarks()

    def apart(points):
        # Heads are compared without their place and size.
        parts = [p - p.mean(axis=0) for p in (points, wanted)]
        one, two = (p / np.sqrt((p**2).sum()) for p in parts)
        return np.sqrt(((one - two) ** 2).sum())

    assert apart(fitted) < 0.8 * apart(default)


@pytest.mark.usefixtures("own_cache")
def test_a_smile_in_a_single_picture_is_taken_for_expression(default_face):
    basis = measure_basis(default_face)
    smile = np.array([0.8 if c == "zygomaticus_major" else 0.0 for c, _ in basis.columns])
    effect = score_map(basis).effect
    shape = basis.rest + basis.displacement(smile)
    rest = rest_of_picture(shape, basis, effect, effect @ smile)
    before = np.sqrt(((shape - basis.rest)[:, :2] ** 2).sum())
    after = np.sqrt(((rest - basis.rest)[:, :2] ** 2).sum())
    assert after < 0.5 * before
