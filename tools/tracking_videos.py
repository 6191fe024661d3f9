"""Draws docs/tracking_videos.jpg: frames of the synthetic videos, with the true poses.

python -m tools.tracking_videos
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.rendering import drawing
from pose_nodes.rendering.drawing import Image
from pose_nodes.rendering.overlay import OverlayPainter
from pose_nodes.sequences.images import write_color
from pose_nodes.synthetic.scenes.measuring import Sensors
from pose_nodes.synthetic.scenes.shading import random_light
from pose_nodes.synthetic.scenes.tracking_videos import CLUTTER, MOTIONS, tracking_video
from pose_nodes.synthetic.scenes.videos import Video
from pose_nodes.synthetic.sensor import presets
from pose_nodes.synthetic.shapes.library import generate

TARGET = Path(__file__).parents[1] / "docs" / "tracking_videos.jpg"
CAMERA = PinholeCamera(600.0, 600.0, 319.5, 239.5, 640, 480)
OBJECTS = (("mug", 3), ("generic_handle", 5), ("shoe", 2), ("generic_plate", 4))
TIMES = (0.0, 1.2, 2.2, 3.0, 5.4)
WIDTH = 200
"""Of a frame, pixels."""


def main() -> None:
    """Write the picture."""
    models = [_model(family, seed) for family, seed in OBJECTS]
    tiles: list[Image] = []
    for index, motion in enumerate(MOTIONS):
        chosen = models if motion == CLUTTER else [models[index % len(models)]]
        tiles += _row(motion, chosen, seed=index)
    write_color(TARGET, drawing.contact_sheet(tiles, len(TIMES), WIDTH))
    print(f"wrote {TARGET}, {TARGET.stat().st_size // 1000} kB")


def _row(motion: str, models: Sequence[ObjectModel], seed: int) -> list[Image]:
    """Frames of one video; the name of the motion is on the first."""
    sensors = Sensors(presets.realsense(), presets.color_camera())
    light = random_light(np.random.default_rng(seed))
    video = tracking_video(motion, models, CAMERA, seed, seconds=5.5, sensors=sensors, light=light)
    painter = OverlayPainter(video.library())
    images = [_picture(video, painter, round(time * video.rate_hz)) for time in TIMES]
    return [drawing.captioned(images[0], motion), *images[1:]]


def _picture(video: Video, painter: OverlayPainter, index: int) -> Image:
    frame = video[index].frame
    assert frame.color is not None
    image = frame.color.copy()
    for number, truth in enumerate(video[index].truths):
        T, color = truth.T_camera_object, drawing.OBJECT_COLORS[number]
        drawing.outline(image, painter.silhouette(truth.class_name, T, frame.camera), color)
        drawing.axes(image, frame.camera, T, 0.4 * video.models[truth.class_name].diameter)
    # Small before the caption is drawn, so that this stays readable.
    return drawing.contact_sheet([image], 1, WIDTH, gap=0)


def _model(family: str, seed: int) -> ObjectModel:
    made = generate(family, seed)
    return build_model(made.name, made.mesh, made.symmetry, np.random.default_rng(seed))


if __name__ == "__main__":
    main()
