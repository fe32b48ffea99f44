"""A drawn face that the networks take for a real one, and videos made of it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest


def _draw_face(*, size=(320, 240), centre=(160, 120), width=100.0, turn=0.0, wink=0.0, base=None):
    """Draw a face (blue, green, red); ``wink`` shuts the eye at the right of the picture."""
    import cv2

    fine = 4
    if base is None:
        image = np.full((size[1] * fine, size[0] * fine, 3), (120, 110, 100), np.uint8)
    else:
        image = cv2.resize(base, (size[0] * fine, size[1] * fine), interpolation=cv2.INTER_NEAREST)
    unit, middle = width * fine / 2, np.array(centre) * fine
    cos, sin = np.cos(turn), np.sin(turn)
    skin = np.array((130.0, 165.0, 215.0))

    def at(x, y):
        return tuple(
            np.round(middle + unit * np.array((cos * x - sin * y, sin * x + cos * y)))
            .astype(int)
            .tolist()
        )

    def oval(x, y, a, b, colour, line=-1, start=0, stop=360):
        axes = (max(1, int(unit * a)), max(1, int(unit * b)))
        thick = line if line < 0 else max(1, int(unit * line))
        colour = tuple(float(v) for v in colour)
        cv2.ellipse(
            image, at(x, y), axes, np.degrees(turn), start, stop, colour, thick, cv2.LINE_AA
        )

    oval(0, -0.15, 1.12, 1.45, (30, 35, 50))
    oval(0, 0.1, 1, 1.3, skin)
    for side, is_open in ((-1, 1.0), (1, 1.0 - wink)):
        oval(side * 0.42, -0.12, 0.25, 0.14, 0.85 * skin)
        if is_open > 0.05:
            oval(side * 0.42, -0.1, 0.2, 0.1 * is_open, (245, 245, 245))
            oval(side * 0.42, -0.1, 0.085, 0.085 * is_open, (60, 50, 40))
        oval(side * 0.42, -0.1, 0.2, 0.1 * is_open, (50, 50, 60), 0.03, 180, 360)
        oval(side * 0.44, -0.33, 0.26, 0.08, (40, 45, 60), 0.07, 190, 350)
        oval(side * 0.12, 0.3, 0.06, 0.04, 0.5 * skin)
        edge = (at(side * 0.1, -0.1), at(side * 0.14, 0.25))
        cv2.line(image, *edge, tuple(0.75 * skin), max(1, int(unit * 0.04)), cv2.LINE_AA)
    oval(0, 0.27, 0.17, 0.1, 0.75 * skin, 0.04, 20, 160)
    oval(0, 0.66, 0.36, 0.17, (90, 90, 180))
    oval(0, 0.66, 0.3, 0.1, (40, 30, 60))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _write_video(path, pictures, *, times=None, rate=25, **options):
    """Write pictures (blue, green, red) as H.264, at ``times`` [s] or at an even rate."""
    import av

    times = [i / rate for i in range(len(pictures))] if times is None else times
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libx264", rate=rate)
        height, width = pictures[0].shape[:2]
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        base = Fraction(1, 1000)
        stream.time_base = stream.codec_context.time_base = base
        for time, pixels in zip(times, pictures, strict=True):
            frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
            frame.pts, frame.time_base = round(time * 1000), base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def draw_face():
    return _draw_face


@pytest.fixture(scope="session")
def write_video():
    return _write_video
