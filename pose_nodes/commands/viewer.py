"""An optional window for the demo: rerun, where it is installed and there is a display."""

from __future__ import annotations

import importlib.util
import os
import sys

import numpy as np
from numpy.typing import NDArray

from pose_nodes.metrics.summary import PoseError


def can_view() -> bool:
    """Whether there is a display and `rerun-sdk` is installed."""
    has_display = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    return has_display and importlib.util.find_spec("rerun") is not None


class Viewer:
    """Shows pictures and the course of the errors; does nothing where `can_view` says no."""

    def __init__(self, title: str, wanted: bool = True) -> None:
        self.is_open = wanted and can_view()
        if self.is_open:
            import rerun

            rerun.init(title, spawn=True)

    @property
    def absence(self) -> str:
        """Why there is no window, to be put behind the name of the pictures; empty where there is one."""
        return "" if self.is_open else " (no window: no display, no rerun-sdk, or not wanted)"

    def show_picture(self, picture: NDArray[np.uint8]) -> None:
        """Show an overlay, (h, w, 3) uint8 RGB."""
        if self.is_open:
            import rerun

            rerun.log("overlay", rerun.Image(picture))

    def show_errors(self, errors: dict[str, PoseError]) -> None:
        """Continue the curves of each track, by its id."""
        if self.is_open:
            import rerun

            # Scalar until 0.22, Scalars since.
            scalar = getattr(rerun, "Scalars", None) or rerun.Scalar
            for name, error in errors.items():
                rerun.log(f"{name}/error_mm", scalar(1e3 * error.translation))
                rerun.log(f"{name}/error_deg", scalar(float(np.rad2deg(error.rotation))))
