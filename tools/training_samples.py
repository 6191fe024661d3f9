"""Shows what training samples look like: a picture of crops of categories, and one of pairs of clouds.

    python tools/training_samples.py --pool FOLDER [--out docs]

The folder is one that `python -m training pool` made.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.rendering import drawing
from pose_nodes.rendering.drawing import Image
from training.data.category_crops import CategoryCrop, CategoryCrops, CropOptions
from training.data.cloud_pairs import CloudPair
from training.data.object_clouds import CloudOptions, ObjectClouds
from training.data.object_pool import ObjectPool

CROPS, CLOUDS = 18, 9
TILE = 224
PAPER, STRANGER = 250, (220, 40, 40)
LINES = 40
"""Correspondences that are drawn, of all."""


def main() -> None:
    """Write both pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs")
    options = parser.parse_args()
    pool = ObjectPool(options.pool)
    crops = CategoryCrops(pool, CropOptions())
    write(options.out / "training_crops.jpg", crop_sheet(crops))
    kinds = [ObjectClouds(pool, CloudOptions(kind=kind)) for kind in ("model", "views")]
    tiles = [cloud_tile(source[index], source.options.kind) for source in kinds for index in range(CLOUDS)]
    write(options.out / "training_clouds.jpg", drawing.contact_sheet(tiles, 3, 2 * TILE))


def crop_sheet(source: CategoryCrops) -> Image:
    """For each crop: the picture with mask, box and axes of the true pose, and the canonical coordinates."""
    tiles = []
    for index in range(CROPS):
        sample = source[index]
        name = source.categories[int(sample.category)]
        tiles += [drawing.captioned(posed(sample), name), canonical(sample)]
    return drawing.contact_sheet(tiles, 6, TILE)


def posed(sample: CategoryCrop) -> Image:
    """A crop with the outline of its mask, and the box and axes of the canonical frame at the true pose."""
    image = sample.color.copy()
    drawing.outline(image, sample.mask, (255, 255, 255), 1)
    camera = crop_camera(sample)
    T = se3.from_rotation_translation(sample.rotation, sample.translation)
    corners = np.array(list(itertools.product((-0.5, 0.5), repeat=3))) * sample.size
    seen = np.rint(camera.project(se3.transform(T, corners))).astype(int)
    for a, b in itertools.combinations(range(8), 2):
        if np.count_nonzero(corners[a] != corners[b]) == 1:
            cv2.line(image, seen[a].tolist(), seen[b].tolist(), (255, 240, 0), 1, cv2.LINE_AA)
    drawing.axes(image, camera, T, 0.4 * float(sample.scale))
    return image


def canonical(sample: CategoryCrop) -> Image:
    """A dim crop with a dot for each point: red, green, blue are x, y, z from -0.5 to 0.5; beside, white."""
    image = (0.3 * sample.color).astype(np.uint8)
    colors = np.rint(255 * (sample.nocs + 0.5)).astype(int)
    for pixel, color, is_object in zip(sample.pixels, colors, sample.on_object, strict=True):
        row, column = divmod(int(pixel), TILE)
        shown = color.tolist() if is_object else (255, 255, 255)
        cv2.circle(image, (column, row), 2, shown, -1)
    return image


def crop_camera(sample: CategoryCrop) -> PinholeCamera:
    """Intrinsics of the crop."""
    whole = CropOptions().views.camera
    left, top, right, _ = (int(edge) for edge in sample.window)
    scale = TILE / (right - left)
    cx, cy = (whole.cx - left + 0.5) * scale - 0.5, (whole.cy - top + 0.5) * scale - 0.5
    return PinholeCamera(whole.fx * scale, whole.fy * scale, cx, cy, TILE, TILE)


def cloud_tile(pair: CloudPair, kind: str) -> Image:
    """Both clouds in the target's orientation, side by side, with lines between points that correspond."""
    source = se3.transform(pair.T_target_source, pair.source_points.astype(np.float64))
    normals = se3.rotate(pair.T_target_source, pair.source_normals.astype(np.float64))
    middle = np.median(source, axis=0)
    image = np.full((TILE, 2 * TILE, 3), PAPER, np.uint8)
    scale = 0.85 * TILE / float(pair.diameter)
    places = []
    for start, points, facing, mine in (
        (0, source, normals, pair.source_on_object),
        (TILE, pair.target_points.astype(np.float64), pair.target_normals, pair.target_on_object),
    ):
        place = scale * (points - middle)[:, :2] + [start + TILE / 2, TILE / 2]
        draw_points(image[:, start : start + TILE], place - [start, 0], points[:, 2], facing, mine)
        places.append(place)
    chosen = pair.correspondences[:: max(1, len(pair.correspondences) // LINES)]
    for number, (a, b) in enumerate(chosen):
        color = drawing.OBJECT_COLORS[number % len(drawing.OBJECT_COLORS)]
        first, second = np.rint(places[0][a]).astype(int), np.rint(places[1][b]).astype(int)
        cv2.line(image, first.tolist(), second.tolist(), color, 1, cv2.LINE_AA)
    share = len(pair.correspondences) / len(pair.source_points)
    return drawing.captioned(image, f"{kind}: {100 * share:.0f} % correspond")


def draw_points(
    image: Image,
    places: NDArray[np.float64],
    depth: NDArray[np.float64],
    normals: NDArray[np.floating],
    mine: NDArray[np.bool_],
) -> None:
    """Dots, the farthest first, darker where the surface is seen at a grazing angle; beside it, red."""
    for index in np.argsort(-depth):
        grey = int(40 + 180 * abs(float(normals[index, 2])))
        at = np.rint(places[index]).astype(int).tolist()
        cv2.circle(image, at, 1, (grey,) * 3 if mine[index] else STRANGER, -1)


def write(path: Path, image: Image) -> None:
    """An RGB picture as JPEG."""
    cv2.imwrite(str(path), image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 76])
    print(f"{path}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
