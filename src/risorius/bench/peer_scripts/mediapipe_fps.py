"""Frames per second of mediapipe alone: decode, detect, landmarks, blendshapes.

Runs in the peers' environment. Arguments: video, model (.task). Prints one line of JSON.
"""

import json
import sys
import time

import cv2
import mediapipe as mp

video, model = sys.argv[1:3]
options = mp.tasks.vision.FaceLandmarkerOptions(
    base_options=mp.tasks.BaseOptions(model_asset_path=model),
    running_mode=mp.tasks.vision.RunningMode.VIDEO,
    num_faces=1,
    output_face_blendshapes=True,
    output_facial_transformation_matrixes=True,
)
with mp.tasks.vision.FaceLandmarker.create_from_options(options) as landmarker:
    capture = cv2.VideoCapture(video)
    rate = capture.get(cv2.CAP_PROP_FPS) or 30.0
    frames = faces = 0
    start = time.perf_counter()
    while True:
        ok, frame = capture.read()
        if not ok:
            break
        image = mp.Image(
            image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        )
        result = landmarker.detect_for_video(image, int(frames * 1000 / rate))
        frames += 1
        faces += bool(result.face_landmarks)
    seconds = time.perf_counter() - start
print(json.dumps({"fps": frames / seconds, "frames": frames, "faces": faces}))
