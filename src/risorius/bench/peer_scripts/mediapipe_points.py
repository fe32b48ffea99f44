"""Landmarks of mediapipe on single frames of a video, each detected afresh.

Runs in the peers' environment. Arguments: video, model (.task), step between frames. Prints one
line of JSON: the frame numbers and their landmarks in pixels.
"""

import json
import sys

import cv2
import mediapipe as mp

video, model, step = sys.argv[1], sys.argv[2], int(sys.argv[3])
options = mp.tasks.vision.FaceLandmarkerOptions(
    base_options=mp.tasks.BaseOptions(model_asset_path=model), num_faces=1
)
found = {"frames": [], "points": []}
with mp.tasks.vision.FaceLandmarker.create_from_options(options) as landmarker:
    capture = cv2.VideoCapture(video)
    number = -1
    while True:
        ok, frame = capture.read()
        number += 1
        if not ok:
            break
        if number % step:
            continue
        height, width = frame.shape[:2]
        image = mp.Image(
            image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        )
        faces = landmarker.detect(image).face_landmarks
        if faces:
            found["frames"].append(number)
            found["points"].append([(p.x * width, p.y * height) for p in faces[0]])
print(json.dumps(found))
