"""How long the live reader takes for a picture of 640 x 480: median, p95 and p99 [ms].

python tests/studio/mirror/live_time.py VIDEO [ROUNDS]

A camera gives 30 a second, so the measure waits between them. On a machine that others use too, the
work (time on all cores, waiting left out) tells more than the clock.
"""

from __future__ import annotations

import sys
import time

import cv2  # noqa: TID253 - the pictures of a camera
import numpy as np

from risorius.read import live
from risorius.read.calibrate import STEPS


def pictures(path: str) -> list[np.ndarray]:
    film, frames = cv2.VideoCapture(path), []
    while (got := film.read())[0] and len(frames) < 300:
        height, width = got[1].shape[:2]
        scale = min(640 / width, 480 / height)
        small = cv2.resize(got[1], (round(width * scale), round(height * scale)))
        up, left = 480 - small.shape[0], 640 - small.shape[1]
        edges = (up // 2, up - up // 2, left // 2, left - left // 2)
        frames.append(cv2.copyMakeBorder(small, *edges, cv2.BORDER_REPLICATE)[..., ::-1].copy())
    return frames


def main() -> None:
    frames, rounds = pictures(sys.argv[1]), int((sys.argv[2:] or ["1"])[0])
    reader = live()
    reader.calibrate(steps=STEPS[:1])
    took, work, begin = [], [], time.perf_counter()
    for number in range(rounds * len(frames)):
        time.sleep(max(0.0, begin + number / 30 - time.perf_counter()))
        start, busy = time.perf_counter(), time.process_time()
        reader.read(frames[number % len(frames)], number / 30)
        took.append(1e3 * (time.perf_counter() - start))
        work.append(1e3 * (time.process_time() - busy))
    for name, values in (("clock", took), ("work", work)):
        p50, p95, p99 = np.quantile(values, [0.5, 0.95, 0.99])
        print(f"live, {name}, {len(took)} pictures: p50 {p50:.1f} p95 {p95:.1f} p99 {p99:.1f} ms")


if __name__ == "__main__":
    main()
