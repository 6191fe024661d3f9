"""A colour camera: all effects, one after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.synthetic.sensor.blur import blur
from pose_nodes.synthetic.sensor.color_noise import add_color_noise
from pose_nodes.synthetic.sensor.config import ColorSensorConfig
from pose_nodes.synthetic.sensor.exposure import expose
from pose_nodes.synthetic.sensor.rolling import roll_color

_GAMMA = 2.2
"""Exponent between stored values and light, about that of sRGB."""
_LIGHT = ((np.arange(256) / 255.0) ** _GAMMA).astype(np.float32)
_STEPS = 4096
_VALUES = np.rint(255.0 * (np.arange(_STEPS) / (_STEPS - 1)) ** (1.0 / _GAMMA)).astype(np.uint8)
"""Stored values of light in 4,096 steps, so that no power is taken for each pixel."""


class ColorSensor:
    """Makes of an exact colour image what a colour camera would give."""

    def __init__(self, camera: PinholeCamera, config: ColorSensorConfig | None = None) -> None:
        """Build a sensor.

        Args:
            camera: intrinsics of the images.
            config: the effects; none if None.
        """
        self.camera = camera
        self.config = config or ColorSensorConfig()

    def measure(
        self,
        color: NDArray[np.uint8],
        rng: np.random.Generator,
        depth: NDArray[np.float32] | None = None,
        twist: NDArray[np.float64] | None = None,
    ) -> NDArray[np.uint8]:
        """Measure one image. With all effects off, the result equals `color` bit by bit.

        Args:
            color: (h, w, 3) uint8 RGB.
            rng: what all noise is drawn with; the same state gives the same image.
            depth: (h, w) float32 metres, needed for rolling images.
            twist: (6,) linear (m/s) and angular (rad/s) velocity of the scene in the camera frame, or
                (h, w, 6) that of what each pixel shows; at rest if None.

        Returns:
            (h, w, 3) uint8 RGB; new memory.

        Raises:
            InvalidInputError: the image has another size or type, or a twist comes without depth.
        """
        if color.shape != (*self.camera.shape, 3) or color.dtype != np.uint8:
            raise InvalidInputError(
                f"exact colour: is {color.dtype} of shape {color.shape}; it must be uint8 of shape "
                f"{(*self.camera.shape, 3)}"
            )
        if twist is not None:
            if depth is None:
                raise InvalidInputError("exact colour: a twist needs the depth, to know what moves how far")
            color = roll_color(color, depth, self.camera, twist, self.config.rolling)
        return self._developed(color, rng)

    def _developed(self, color: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Blur, exposure and noise, which act on light."""
        light = _LIGHT[color]
        before = light
        # Each effect has a generator of its own, so that one that is off leaves the others as they were.
        seeds = rng.integers(0, 2**63, size=3)
        first, second, third = (np.random.default_rng(int(seed)) for seed in seeds)
        light = blur(light, self.config.blur, first)
        light = expose(light, self.config.exposure, second)
        light = add_color_noise(light, self.config.noise, third)
        return color.copy() if light is before else _stored(light)


def _stored(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Stored values of linear intensity, cut to 0..1."""
    steps = np.clip(light, 0.0, 1.0) * np.float32(_STEPS - 1) + np.float32(0.5)
    return _VALUES[steps.astype(np.int16)]
