"""Shows how well the sensor presets agree with the real cameras: a picture and tables.

    python tools/sensor_model.py [--desk-video FOLDER] [--picture docs/sensor_model.jpg]

Writes real and synthetic depth of the bundled bunny side by side, and prints the residual statistics of both
at the same poses; with the folder of the desk video those of its objects too.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.demo_data import BUNNY_SCENE
from pose_nodes.rendering.drawing import captioned, contact_sheet
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.synthetic.sensor import presets
from pose_nodes.synthetic.sensor.comparison import Comparison, SensorComparison, table_under
from pose_nodes.synthetic.sensor.statistics import ANGLE_BINS, EDGE_BINS, LAGS

PICTURE = Path(__file__).parents[1] / "docs" / "sensor_model.jpg"
VIEWS = (2, 14, 26)
"""Images of the picture."""
WINDOW = 112
"""Half the side of what the picture shows around the object, pixels."""
WALL = 0.75
"""Metres, depth of the board behind the objects of the desk video."""
BUNNY_IMAGES = slice(2, None, 3)
DESK_IMAGES = slice(6, None, 8)
"""Images of the tables; the presets were chosen on others (see docs/sensor_model.md)."""
NOTHING = 45
"""Grey of pixels without depth."""


def depth_tile(depth: NDArray[np.float32], near: float, far: float) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 RGB of a depth image, near red, far blue, grey where nothing."""
    share = np.clip((far - np.nan_to_num(depth, nan=far)) / (far - near), 0.0, 1.0)
    colored = cv2.applyColorMap(np.rint(255 * share).astype(np.uint8), cv2.COLORMAP_TURBO)
    tile = np.asarray(cv2.cvtColor(colored, cv2.COLOR_BGR2RGB), np.uint8)
    tile[np.isnan(depth)] = NOTHING
    return tile


def picture(scene: BopScene, comparison: SensorComparison) -> NDArray[np.uint8]:
    """Colour, exact depth, real depth and synthetic depth of the bunny, a view a row."""
    tiles = []
    for index in VIEWS:
        recorded, pair = scene[index], comparison.pairs(index)["bunny"]
        rows, columns = np.nonzero(np.isfinite(pair.real.exact))
        v, u = int(rows.mean()), int(columns.mean())
        cut = (slice(v - WINDOW, v + WINDOW), slice(u - WINDOW, u + WINDOW))
        near, far = (float(value) for value in np.nanpercentile(pair.real.exact, (1, 99)))
        depths = {"exact": pair.real.exact, "real": pair.real.measured, "synthetic": pair.synthetic.measured}
        assert recorded.frame.color is not None, "the bundled recording has colour"
        images = {"colour": recorded.frame.color[cut]}
        images |= {name: depth_tile(depth[cut], near, far) for name, depth in depths.items()}
        tiles += [captioned(enlarged(image), name) for name, image in images.items()]
    return contact_sheet(tiles, columns=4, width=2 * WINDOW)


def enlarged(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Twice the size, pixels stay visible."""
    return np.asarray(cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST), np.uint8)


def table(title: str, told: Comparison) -> str:
    """The statistics of one object as Markdown."""
    real, synthetic = told.real, told.synthetic
    lines = [f"### {title}", "", "| | real | synthetic |", "| --- | ---: | ---: |"]
    for name, figure in (("bias", "bias"), ("spread", "spread"), ("flat noise", "flat_noise")):
        pair = (1e3 * getattr(real, figure), 1e3 * getattr(synthetic, figure))
        lines.append(row(f"{name}, mm", pair, "{:.2f}"))
    for along, name in enumerate(("rows", "columns")):
        for lag, pixels in enumerate(LAGS):
            both = (real.flat_correlation[along, lag], synthetic.flat_correlation[along, lag])
            lines.append(row(f"correlation at {pixels} px along {name}", both, "{:.2f}"))
    for name, figure, bins in (
        ("missing, {} to {} px inside", "edge_missing", EDGE_BINS),
        ("off (inside) or spilled over (outside), {} to {} px", "edge_off", EDGE_BINS),
        ("missing, {} to {} deg of incidence", "hole_share", ANGLE_BINS),
    ):
        for index, (low, high) in enumerate(pairwise(bins)):
            both = (getattr(real, figure)[index], getattr(synthetic, figure)[index])
            lines.append(row(name.format(f"{low:g}", f"{high:g}"), both, "{:.1%}"))
    return "\n".join(lines) + "\n"


def row(name: str, values: Iterable[float], form: str) -> str:
    """One line of a table; "-" for NaN."""
    cells = ["-" if np.isnan(value) else form.format(value) for value in values]
    return f"| {name} | {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the picture and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--desk-video", type=Path, help="BOP folder of the desk video, which is not bundled")
    parser.add_argument("--picture", type=Path, default=PICTURE, help="where the picture goes")
    options = parser.parse_args(arguments)
    bunny = BopScene(BUNNY_SCENE)
    comparison = SensorComparison(bunny, bunny.library(), presets.structured_light())
    sheet = cv2.cvtColor(picture(bunny, comparison), cv2.COLOR_RGB2BGR)
    if not cv2.imwrite(str(options.picture), sheet, [cv2.IMWRITE_JPEG_QUALITY, 88]):
        parser.error(f"{options.picture} cannot be written; does its folder exist?")
    told = comparison.statistics(range(len(bunny))[BUNNY_IMAGES])
    print(table("bunny, `structured_light`", told["bunny"]))
    if options.desk_video is not None:
        desk = BopScene(options.desk_video, names={1: "dragon", 2: "cube"})
        library = desk.library()
        comparison = SensorComparison(desk, library, presets.realsense(), table_under(library["cube"], WALL))
        told = comparison.statistics(range(len(desk))[DESK_IMAGES])
        for name, one in told.items():
            print(table(f"{name}, `realsense`", one))


if __name__ == "__main__":
    main()
