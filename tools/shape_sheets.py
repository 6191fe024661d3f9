"""Draws the procedural objects: a sheet of the generic families, and one of the categories.

    python tools/shape_sheets.py [--each 12] [--out docs]

Writes shapes_generic.png and shapes_categories.png, a row for each family, seeds 0, 1, ... from the left.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from pose_nodes.rendering.drawing import Image
from pose_nodes.synthetic.shapes.categories.registry import CATEGORIES
from pose_nodes.synthetic.shapes.contact_sheet import contact_sheet
from pose_nodes.synthetic.shapes.generic.registry import GENERIC

DOCS = Path(__file__).parents[1] / "docs"
SHEETS = {"shapes_generic.png": tuple(GENERIC), "shapes_categories.png": tuple(CATEGORIES)}
LEVELS = 32
"""Of grey: as good to look at as 256, and half the size."""


def encoded(sheet: Image) -> bytes:
    """A grey PNG of few levels."""
    grey = cv2.cvtColor(sheet, cv2.COLOR_RGB2GRAY)
    step = 256 // LEVELS
    flat = (grey // step * (255 / (LEVELS - 1))).astype(np.uint8)
    _, data = cv2.imencode(".png", flat, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return bytes(data)


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw both sheets."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=12, help="objects of a family, and columns")
    parser.add_argument("--width", type=int, default=104, help="of an object, pixels")
    parser.add_argument("--out", type=Path, default=DOCS, help="folder of the pictures")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, families in SHEETS.items():
        data = encoded(contact_sheet(families, options.each, options.each, options.width))
        (options.out / name).write_bytes(data)
        print(f"{options.out / name}: {len(families)} families, {len(data) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
