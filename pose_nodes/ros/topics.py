"""The relative names of topics, as nodes and launch files use them."""

from __future__ import annotations

COLOR = "color/image_raw"
DEPTH = "aligned_depth_to_color/image_raw"
INFO = "color/camera_info"
CAMERA = (COLOR, DEPTH, INFO)

SEGMENTATION = "segmentation"
LABELS = "segmentation/labels"

POSES = "object_poses"
TRACKS = "object_tracks"
