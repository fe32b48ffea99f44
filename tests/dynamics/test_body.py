"""The body of the muscle: laws for every drive, and the published times."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from risorius.anatomy import load_atlas, load_facts
from risorius.dynamics import Body, make_body
from risorius.errors import InputError

ATLAS = load_atlas()
SHAPE = (len(ATLAS.channel_ids), 2)
RATE = 1000.0
CLASSES = {"lid": "levator_palpebrae_superioris", "face": "mentalis", "jaw": "masseter"}

bodies = st.builds(
    make_body,
    st.just(ATLAS),
    rate=st.sampled_from([24.0, 60.0, 120.0, 143.0, 1000.0]),
    asymmetry=st.floats(0, 1),
    stronger_side=st.sampled_from(["left", "right"]),
    seed=st.integers(0, 2**32),
)


def drawn(seed: int, count: int) -> NDArray[np.float64]:
    """Steps, holds and silences that differ from muscle to muscle."""
    random = np.random.default_rng(seed)
    steps = random.random((count // 7 + 1, *SHAPE)) * (random.random((1, *SHAPE)) < 0.6)
    return np.repeat(steps, 7, axis=0)[:count]


def fact(name: str) -> float:
    return load_facts("kinematics").quantity(f"muscle_dynamics.{name}").in_base_units().value


def place(channel: str) -> int:
    return ATLAS.channel_ids.index(channel)


def answer(body: Body, drive: NDArray[np.float64]) -> NDArray[np.float64]:
    """Activation of all muscles under one drive."""
    everywhere = np.broadcast_to(drive[:, None, None], (len(drive), *SHAPE))
    return body.step(everywhere, body.start())[0]


@given(bodies, st.integers(0, 2**32), st.lists(st.integers(1, 60), min_size=1, max_size=5))
@settings(max_examples=25)
def test_the_bits_do_not_depend_on_the_blocks(body: Body, seed: int, cuts: list[int]) -> None:
    drive = drawn(seed, 60)
    whole, after = body.step(drive, body.start())
    state, parts = body.start(), []
    for piece in np.split(drive, sorted(cuts)):
        part, state = body.step(piece, state)
        parts.append(part)
    assert np.concatenate(parts).tobytes() == whole.tobytes()
    assert state.force.tobytes() == after.force.tobytes()
    assert state.count == after.count


@given(bodies, st.integers(0, 2**32))
@settings(max_examples=25)
def test_activation_stays_within_its_span(body: Body, seed: int) -> None:
    activation, _ = body.step(3.0 * drawn(seed, 200) - 1.0, body.start())
    assert activation.min() >= 0.0
    assert activation.max() <= 1.0
    assert np.isfinite(activation).all()


@given(bodies)
@settings(max_examples=10)
def test_no_drive_is_exactly_no_activation(body: Body) -> None:
    activation, after = body.step(np.zeros((50, *SHAPE)), body.start())
    assert not activation.any()
    assert (after.fresh == 1.0).all()


def test_a_muscle_comes_to_an_end() -> None:
    body = make_body(ATLAS, rate=120.0)
    drive = np.zeros(3000)
    drive[:30] = 1.0
    activation = answer(body, drive)
    quick = np.array([channel.moves == "skin" for channel in ATLAS.channels])
    assert activation[40].min() > 0.0
    assert not activation[600:, quick].any()


@given(
    st.integers(0, 2**32), st.floats(0, 1), st.sampled_from(["left", "right"]), st.integers(0, 99)
)
@settings(max_examples=25)
def test_the_mirrored_person_does_the_mirrored_thing(
    seed: int, asymmetry: float, side: str, person: int
) -> None:
    other = {"left": "right", "right": "left"}[side]
    one, two = (
        make_body(ATLAS, rate=120.0, asymmetry=asymmetry, stronger_side=which, seed=person)  # type: ignore[arg-type]
        for which in (side, other)
    )
    drive = drawn(seed, 60)
    direct, _ = one.step(drive, one.start())
    mirrored, _ = two.step(drive[:, :, ::-1], two.start())
    assert direct.tobytes() == np.ascontiguousarray(mirrored[:, :, ::-1]).tobytes()


def test_nothing_moves_before_the_published_delay() -> None:
    body = make_body(ATLAS, rate=RATE, noise=0.0)
    activation = answer(body, np.ones(200))
    for group, channel in CLASSES.items():
        first = np.flatnonzero(activation[:, place(channel), 0])[0] / RATE
        assert first == pytest.approx(fact(f"electromechanical_delay.{group}"), abs=0.0015)


@pytest.mark.parametrize("rate", [120.0, 1000.0])
@pytest.mark.parametrize("group", ["lid", "face", "jaw"])
def test_steps_come_and_go_in_the_published_times(group: str, rate: float) -> None:
    body = make_body(ATLAS, rate=rate, noise=0.0)
    half = int(0.5 * rate)
    drive = np.repeat([0.0, 0.3, 0.0], half)
    way = answer(body, drive)[:, place(CLASSES[group]), 0] / 0.3
    time = (np.arange(len(way)) + 1.0) / rate - 0.5  # a sample stands for the time up to it
    delay = fact(f"electromechanical_delay.{group}")
    come = np.interp(1 - np.exp(-1), way[half : 2 * half], time[half : 2 * half])
    left = np.interp(-np.exp(-1), -way[2 * half :], time[2 * half :] - 0.5)
    assert come - delay == pytest.approx(fact(f"activation_time.{group}.rise"), abs=0.6 / rate)
    assert left - delay == pytest.approx(fact(f"activation_time.{group}.fall"), abs=1.1 / rate)


def test_every_muscle_tightens_faster_than_it_lets_go() -> None:
    body = make_body(ATLAS, rate=120.0)
    assert (body.rise < body.fall).all()


def test_fast_fibres_answer_and_tire_first() -> None:
    body = make_body(ATLAS, rate=120.0)
    eye, cheek, brow = map(
        place, ("orbicularis_oculi.orbitalis", "zygomaticus_major", "frontalis.medialis")
    )
    for times in (body.rise, body.fall):
        assert times[eye, 0] < times[cheek, 0] < times[brow, 0]
    assert body.tiring[eye, 0] > body.tiring[cheek, 0] > body.tiring[brow, 0]


def test_lids_shut_as_far_after_many_blinks_as_at_first() -> None:
    body = make_body(ATLAS, rate=120.0, noise=0.0)
    lid = place("orbicularis_oculi.pretarsalis")
    drive = np.zeros((120 * 60, *body.gain.shape))
    drive.reshape(60, 120, -1, 2)[:, :24, lid] = 1.0
    shut = body.step(drive, body.start())[0][:, lid].reshape(60, 120, 2).max(axis=1)
    assert shut[-1] == pytest.approx(shut[0], rel=1e-9)


@pytest.mark.parametrize("rise", [0.06, 0.1, 0.2])
def test_the_apex_comes_when_the_lag_says(rise: float) -> None:
    body = make_body(ATLAS, rate=RATE, noise=0.0)
    u = np.clip(np.arange(1200) / RATE / rise, 0.0, 2.0)
    u = np.minimum(u, 2.0 - u)
    activation = answer(body, u**3 * (10 - 15 * u + 6 * u * u))
    for channel in CLASSES.values():
        at = place(channel)
        late = activation[:, at, 0].argmax() / RATE - rise
        assert late == pytest.approx(body.lag[at, 0], abs=0.005)


def test_a_steady_force_wanders_and_trembles_as_published() -> None:
    quiet, body = (make_body(ATLAS, rate=120.0, noise=noise, seed=4) for noise in (0.0, 1.0))
    drive = np.full(7200, 0.4)
    steady, noisy = (answer(one, drive)[1200:, :, 0] for one in (quiet, body))
    rest = noisy / steady - 1.0
    tremor = load_facts("kinematics").quantity("muscle_dynamics.tremor.frequency")
    frequency = np.fft.rfftfreq(len(rest), 1 / 120.0)
    power = np.abs(np.fft.rfft(rest, axis=0)) ** 2 / len(rest) ** 2 * 2
    assert tremor.low is not None
    assert tremor.high is not None
    inside = (frequency > tremor.low - 0.1) & (frequency < tremor.high + 0.1)
    share = np.sqrt(power[inside].sum(axis=0))
    assert share.min() > 0.0045  # 0.5 to 2 % of the activation
    assert share.max() < 0.0205
    spread = load_facts("kinematics").quantity("muscle_dynamics.noise.cv")
    assert spread.low is not None
    assert spread.high is not None
    wander = np.sqrt(power[frequency < 4].sum(axis=0))
    assert wander.min() > 0.95 * spread.low
    assert wander.max() < 1.05 * spread.high
    assert wander[place("mentalis")] > wander[place("masseter")]


@given(st.floats(0.05, 0.7), st.integers(0, 99))
@settings(max_examples=15)
def test_noise_grows_with_the_drive(drive: float, seed: int) -> None:
    quiet, body = (make_body(ATLAS, rate=120.0, noise=noise, seed=seed) for noise in (0.0, 1.0))
    errors = [
        np.abs(answer(body, np.full(240, d)) - answer(quiet, np.full(240, d)))[120:].mean()
        for d in (drive, drive * 1.1)
    ]
    assert errors[0] < errors[1]


def test_a_raised_brow_sags_as_published_and_recovers() -> None:
    body = make_body(ATLAS, rate=120.0, noise=0.0)
    drive = np.concatenate([np.ones(120 * 60), np.zeros(120 * 120), np.ones(120)])
    force = answer(body, drive)[:, place("frontalis.medialis"), 0]
    assert 0.9 < force[120 * 10] < 0.97
    assert 0.7 <= force[120 * 30] <= 0.9
    assert 0.7 <= force[120 * 60 - 1] < force[120 * 30]
    assert force[-1] > 0.97


def test_a_light_contraction_can_be_held() -> None:
    body = make_body(ATLAS, rate=120.0, noise=0.0)
    force = answer(body, np.full(120 * 60, 0.1))[-1] / body.gain
    assert (force > 0.097).all()


def test_a_tired_muscle_trembles_more() -> None:
    body = make_body(ATLAS, rate=120.0, seed=2)
    force = answer(body, np.full(120 * 60, 0.8))[:, place("zygomaticus_major"), 0]
    jumps = np.diff(force, 2)
    assert jumps[-1200:].std() > 1.5 * jumps[120:600].std()


@given(st.floats(0.01, 0.2), st.integers(0, 2**32))
@settings(max_examples=25)
def test_one_side_of_the_face_is_weaker(asymmetry: float, seed: int) -> None:
    body = make_body(ATLAS, rate=120.0, asymmetry=asymmetry, seed=seed)
    left, right = body.gain.T
    skin = np.array([channel.moves == "skin" for channel in ATLAS.channels])
    assert (body.gain.max(axis=1) == 1.0).all()
    assert 0.6 * asymmetry < (left - right)[skin].mean() < 1.2 * asymmetry
    assert ((left - right)[skin] > 0).mean() > 0.6
    assert (left[~skin] == right[~skin]).all()
    even = make_body(ATLAS, rate=120.0, seed=seed)
    assert (even.gain == 1.0).all()


def test_the_same_movement_comes_at_the_same_time_at_any_rate() -> None:
    seen = []
    for rate in (60.0, 120.0, 960.0):
        body = make_body(ATLAS, rate=rate, noise=0.0)
        u = np.clip(np.arange(int(rate)) / rate / 0.3, 0.0, 1.0)
        u = (1 - np.cos(np.pi * u)) / 2
        seen.append(answer(body, u)[:: int(rate / 60), :, 0])
    face = [place(channel) for channel in CLASSES.values()]
    assert np.abs(seen[0] - seen[2])[:, face].max() < 0.03
    assert np.abs(seen[1] - seen[2])[:, face].max() < 0.02


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(InputError, match="rate must be above zero, not 0"):
        make_body(ATLAS, rate=0.0)
    with pytest.raises(InputError, match="asymmetry must lie in"):
        make_body(ATLAS, rate=120.0, asymmetry=1.5)
    with pytest.raises(InputError, match="unknown side 'middle'"):
        make_body(ATLAS, rate=120.0, stronger_side="middle")  # type: ignore[arg-type]
    body = make_body(ATLAS, rate=120.0)
    with pytest.raises(InputError, match=r"shape \(5, 3\)"):
        body.step(np.zeros((5, 3)), body.start())
    broken = np.zeros((5, *SHAPE))
    broken[3, 4, 1] = np.nan
    with pytest.raises(InputError, match="no number"):
        body.step(broken, body.start())
