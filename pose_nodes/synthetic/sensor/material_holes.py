"""Holes on dark, shiny and transparent surfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.sensor.config import MaterialHolesConfig
from pose_nodes.synthetic.sensor.noise import holes


@dataclass(frozen=True, eq=False)
class Materials:
    """Which pixels show a difficult material; None where no pixel does.

    Attributes:
        dark: (h, w) bool, reflects little of the light of the projector.
        shiny: (h, w) bool, reflects it like a mirror.
        transparent: (h, w) bool, lets it through.
    """

    dark: NDArray[np.bool_] | None = None
    shiny: NDArray[np.bool_] | None = None
    transparent: NDArray[np.bool_] | None = None


def material_holes(
    angle: NDArray[np.float32], materials: Materials, config: MaterialHolesConfig, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """The pixels that lose their depth for their material.

    Args:
        angle: (h, w) float32 angle of incidence, radians, NaN where nothing; a mirror seen from the front
            blinds the camera.
        materials: the flags.
        config: how many of which material.
        rng: what they are drawn with.

    Returns:
        (h, w) bool.
    """
    share = np.zeros(angle.shape, np.float32)
    if materials.dark is not None:
        share[materials.dark] = config.dark
    if materials.shiny is not None:
        share[materials.shiny] = np.maximum(share[materials.shiny], config.shiny)
        blinding = materials.shiny & (angle < config.highlight_angle)
        share[blinding] = np.maximum(share[blinding], config.highlight)
    if materials.transparent is not None:
        share[materials.transparent] = np.maximum(share[materials.transparent], config.transparent)
    if not share.any():
        return np.zeros(angle.shape, bool)
    return holes(share, angle.shape, config.length, rng)
