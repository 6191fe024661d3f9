"""What a depth camera and a colour camera make of an exact picture of a scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.synthetic.scenes.materials import Material
from pose_nodes.synthetic.scenes.rendering import Rendering
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.scenes.surfaces import Array, material_of, pixels_of, points_of
from pose_nodes.synthetic.sensor.color_sensor import ColorSensor
from pose_nodes.synthetic.sensor.config import ColorSensorConfig, DepthSensorConfig
from pose_nodes.synthetic.sensor.depth_sensor import DepthSensor
from pose_nodes.synthetic.sensor.material_holes import Materials

DARK = 0.12
"""Luminance of the albedo up to which a surface is dark to the light of a projector (our choice)."""
SHINY = 0.5
"""Gloss from which on a surface is shiny to it (our choice)."""
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Of red, green and blue (ITU-R BT.709)."""


@dataclass(frozen=True)
class Sensors:
    """The two cameras of a depth camera.

    Attributes:
        depth: effects on depth; None for exact depth.
        color: effects on colour; None for the exact picture.
    """

    depth: DepthSensorConfig | None = None
    color: ColorSensorConfig | None = None

    @property
    def rolls(self) -> bool:
        """Whether rows or images are taken at different times, so that motion shows."""
        configs = [config.rolling for config in (self.depth, self.color) if config is not None]
        return any(rolling.readout or rolling.delay for rolling in configs)

    def measure(
        self,
        rendering: Rendering,
        scene: Scene,
        T_world_camera: se3.Matrix,
        rng: np.random.Generator,
        twist: NDArray[np.float64] | None = None,
    ) -> tuple[NDArray[np.float32], NDArray[np.uint8] | None]:
        """Measure one picture.

        Args:
            rendering: exact picture of the scene.
            scene: what was rendered; dark, shiny and transparent surfaces lose depth.
            T_world_camera: (4, 4) pose of the camera.
            rng: what all noise is drawn with; colour and depth draw apart.
            twist: how what each pixel shows moves in the camera frame, for rolling images: (6,) or (h, w, 6),
                linear (m/s) and angular (rad/s); at rest if None.

        Returns:
            (h, w) float32 depth in metres, NaN where nothing was measured, and (h, w, 3) uint8 RGB, None
            where the rendering has no colour.
        """
        of_depth, of_color = (np.random.default_rng(int(seed)) for seed in rng.integers(0, 2**63, size=2))
        depth, color = rendering.depth, rendering.color
        if self.depth is not None:
            materials = difficult_materials(rendering, scene, T_world_camera)
            sensor = DepthSensor(rendering.camera, self.depth)
            depth = sensor.measure(depth, of_depth, rendering.normals, materials, twist)
        if self.color is not None and color is not None:
            color = ColorSensor(rendering.camera, self.color).measure(color, of_color, rendering.depth, twist)
        return depth, color


EXACT = Sensors()
"""Cameras without any error."""


def difficult_materials(rendering: Rendering, scene: Scene, T_world_camera: se3.Matrix) -> Materials:
    """The pixels in which a rendering shows what depth cameras hardly see.

    Surfaces are dark by their albedo, shiny by their gloss, and transparent if their material is.
    """
    dark, shiny, transparent = (np.zeros(rendering.depth.size, bool) for _ in range(3))
    for label, one in _seen(scene):
        material, pixels = material_of(one, label), pixels_of(rendering, label)
        shiny[pixels] = material.gloss >= SHINY
        transparent[pixels] = material.transparent
        dark[pixels] = _is_dark(rendering, one, material, pixels, T_world_camera)
    return Materials(*(mask.reshape(rendering.depth.shape) for mask in (dark, shiny, transparent)))


def _seen(scene: Scene) -> Iterator[tuple[int, SceneObject]]:
    if scene.support is not None:
        yield 0, scene.support
    yield from enumerate(scene.objects, 1)


def _is_dark(
    rendering: Rendering,
    one: SceneObject,
    material: Material,
    pixels: NDArray[np.int64],
    T_world_camera: se3.Matrix,
) -> NDArray[np.bool_] | bool:
    """Of the pixels of one object; its pattern is looked at only where it decides."""
    colors = one.mesh.vertex_colors
    if one.material is None and colors is not None:
        corners = one.mesh.faces[rendering.triangle.ravel()[pixels], 0]
        return _luminance(colors[corners] / np.float32(255)) <= DARK
    ends = _luminance(np.array(material.colors, np.float32)) <= DARK
    if ends.all() or not ends.any():
        return bool(ends.all())
    T_object_camera = se3.inverse(one.T_world_object) @ T_world_camera
    return _luminance(material.albedo(points_of(rendering, pixels, T_object_camera))) <= DARK


def _luminance(albedo: Array) -> Array:
    return albedo @ _LUMINANCE
