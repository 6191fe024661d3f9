"""Writes the picture of synthetic rooms in the documentation.

    python tools/rooms_picture.py [--picture docs/rooms.jpg]

Shows rooms of the three styles, each from above and aslant.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2

from pose_nodes.synthetic.rooms.contact_sheet import contact_sheet
from pose_nodes.synthetic.rooms.library import room_scene

PICTURE = Path(__file__).parents[1] / "docs" / "rooms.jpg"
POINTS = 300_000
SEED = 2
SHOWN = {"scannet": (0, 4, 9, 16), "sunrgbd": (8, 7, 10, 22), "s3dis": (3, 7, 13, 16)}
"""Indices of the rooms, by style; chosen to show different kinds."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--picture", type=Path, default=PICTURE, help="where the picture goes")
    options = parser.parse_args(arguments)
    scenes = [room_scene(style, SEED, index, POINTS) for style, indices in SHOWN.items() for index in indices]
    sheet = cv2.cvtColor(contact_sheet(scenes, columns=4, width=300), cv2.COLOR_RGB2BGR)
    if not cv2.imwrite(str(options.picture), sheet, [cv2.IMWRITE_JPEG_QUALITY, 78]):
        parser.error(f"{options.picture} cannot be written; does its folder exist?")


if __name__ == "__main__":
    main()
