"""Draws docs/category_frames.jpg: frames of a synthetic data set in the layout of NOCS, as they are read.

python -m tools.category_frames
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np

from pose_nodes.geometry import se3
from pose_nodes.rendering import drawing
from pose_nodes.rendering.drawing import Image
from pose_nodes.sequences.category_frame import CategoryFrame, CategoryInstance
from pose_nodes.sequences.images import write_color
from pose_nodes.sequences.nocs_dataset import find_scenes
from pose_nodes.sequences.nocs_scene import NocsScene
from pose_nodes.synthetic.datasets.category_choice import CategoriesConfig
from pose_nodes.synthetic.datasets.config import ArrangementConfig, DatasetConfig, OutputConfig
from pose_nodes.synthetic.datasets.splits import SplitsConfig
from pose_nodes.synthetic.datasets.writing import write_dataset

TARGET = Path(__file__).parents[1] / "docs" / "category_frames.jpg"
PRESET = DatasetConfig(
    seed=1,
    arrangements=3,
    categories=CategoriesConfig(instances=3),
    splits=SplitsConfig(0.0, 0.0),
    arrangement=ArrangementConfig(fewest=6, most=8, images=1, standing=0.8, transparent=0.0),
    output=OutputConfig(layout="nocs"),
)
WIDTH = 280
"""Of a frame, pixels."""


def main() -> None:
    """Write the picture."""
    near = replace(PRESET.views, nearest=0.75, farthest=0.95, off_centre=0.05)
    with tempfile.TemporaryDirectory() as folder:
        for _ in write_dataset(replace(PRESET, views=near), Path(folder), 1):
            pass
        frames = [NocsScene(scene)[0] for scene in find_scenes(Path(folder))]
    tiles = [tile for frame in frames for tile in _row(frame)]
    write_color(TARGET, drawing.contact_sheet(tiles, 3, WIDTH))
    print(f"wrote {TARGET}, {TARGET.stat().st_size // 1000} kB")


def _row(frame: CategoryFrame) -> list[Image]:
    """Colour with boxes and axes, coordinate map, depth."""
    assert frame.frame.color is not None
    color, coordinates = frame.frame.color.copy(), np.full_like(frame.frame.color, 255)
    for one in frame.instances:
        assert one.nocs is not None
        coordinates[one.mask] = np.rint((one.nocs[one.mask] + 0.5) * 255).astype(np.uint8)
        _draw_box(color, frame, one)
    return [color, coordinates, drawing.depth_view(frame.frame.depth)]


def _draw_box(image: Image, frame: CategoryFrame, one: CategoryInstance) -> None:
    corners = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    points = se3.transform(one.T_camera_object, corners * one.size)
    for start, end in combinations(range(8), 2):
        if np.sum(corners[start] != corners[end]) == 1:
            drawing.segment(image, frame.frame.camera, points[start], points[end])
    drawing.axes(image, frame.frame.camera, one.T_camera_object, 0.35 * one.scale)


if __name__ == "__main__":
    main()
