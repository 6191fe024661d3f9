"""A depth camera: all effects, one after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.synthetic.sensor.axial_noise import add_axial_noise
from pose_nodes.synthetic.sensor.config import DepthSensorConfig
from pose_nodes.synthetic.sensor.distortion import distort
from pose_nodes.synthetic.sensor.edge_loss import edge_holes
from pose_nodes.synthetic.sensor.fattening import fatten
from pose_nodes.synthetic.sensor.flying_pixels import add_flying_pixels
from pose_nodes.synthetic.sensor.grazing_holes import grazing_holes
from pose_nodes.synthetic.sensor.incidence import incidence, normals_from_depth
from pose_nodes.synthetic.sensor.lateral_noise import add_lateral_noise
from pose_nodes.synthetic.sensor.matching_window import smooth
from pose_nodes.synthetic.sensor.material_holes import Materials, material_holes
from pose_nodes.synthetic.sensor.misalignment import misalign
from pose_nodes.synthetic.sensor.noise import holes
from pose_nodes.synthetic.sensor.quantisation import quantise
from pose_nodes.synthetic.sensor.rolling import roll_depth
from pose_nodes.synthetic.sensor.shadow import shadow_holes

_EFFECTS = (
    "fattening", "lateral", "flying", "axial", "edge", "grazing", "material", "dropout", "misalignment"
)  # fmt: skip
"""The effects that draw random numbers, each from a generator of its own; new ones go to the end."""

Image = NDArray[np.float32]


class DepthSensor:
    """Makes of exact depth what a depth camera would give."""

    def __init__(self, camera: PinholeCamera, config: DepthSensorConfig | None = None) -> None:
        """Build a sensor.

        Args:
            camera: intrinsics of the depth images.
            config: the effects; none if None, see `presets` for those of real cameras.
        """
        self.camera = camera
        self.config = config or DepthSensorConfig()

    def measure(
        self,
        depth: Image,
        rng: np.random.Generator,
        normals: Image | None = None,
        materials: Materials | None = None,
        twist: NDArray[np.float64] | None = None,
    ) -> Image:
        """Measure one image. With all effects off, the result equals `depth` bit by bit.

        An effect that is switched on or off leaves what the others draw as it was.

        Args:
            depth: (h, w) float32 exact depth along z, metres, NaN where nothing.
            rng: what all noise is drawn with; the same state gives the same image.
            normals: (h, w, 3) float32 exact unit normals, camera frame, NaN where nothing; if
                None, taken from the depth where needed.
            materials: which pixels show a difficult material.
            twist: (6,) linear (m/s) and angular (rad/s) velocity of the scene in the camera frame, or
                (h, w, 6) that of what each pixel shows, for rolling images; at rest if None.

        Returns:
            (h, w) float32 metres, NaN where nothing was measured; new memory.

        Raises:
            InvalidInputError: an array has another size or type.
        """
        self._check(depth, normals, materials)
        drawn = dict(zip(_EFFECTS, _generators(rng, len(_EFFECTS)), strict=True))
        angle = self._angle(depth, normals)
        if twist is not None:
            depth = roll_depth(depth, self.camera, twist, self.config.rolling)
        measured = self._surface(depth, angle, drawn)
        lost = self._lost(depth, measured, angle, materials, drawn)
        measured = np.where(lost, np.float32(np.nan), measured)
        measured = quantise(measured, self.camera.fx, self.config.quantisation)
        return misalign(measured, self.config.misalignment, drawn["misalignment"])

    def _surface(self, depth: Image, angle: Image | None, drawn: dict[str, np.random.Generator]) -> Image:
        """Depth with its errors, before anything is lost."""
        config = self.config
        depth = fatten(depth, config.fattening, drawn["fattening"])
        depth = smooth(depth, config.matching_window)
        depth = add_lateral_noise(depth, angle, config.lateral_noise, drawn["lateral"])
        depth = add_flying_pixels(depth, config.flying_pixels, drawn["flying"])
        depth = distort(depth, config.distortion)
        return add_axial_noise(depth, angle, config.axial_noise, drawn["axial"])

    def _lost(
        self,
        depth: Image,
        measured: Image,
        angle: Image | None,
        materials: Materials | None,
        drawn: dict[str, np.random.Generator],
    ) -> NDArray[np.bool_]:
        """(h, w) bool pixels that give no depth. Shadows and edges are those of the exact depth."""
        config = self.config
        lost = (measured < config.range.nearest) | (measured > config.range.farthest)
        shaded = shadow_holes(depth, self.camera.fx, config.shadow)
        # Where the foreground has grown into the shadow, there is depth.
        lost |= shaded & ~(measured < 0.98 * depth)
        lost |= edge_holes(depth, config.edge_loss, drawn["edge"])
        if config.dropout.share > 0.0:
            shape = self.camera.shape
            lost |= holes(config.dropout.share, shape, config.dropout.length, drawn["dropout"])
        if angle is not None:
            lost |= grazing_holes(angle, config.grazing_holes, drawn["grazing"])
            if materials is not None:
                lost |= material_holes(angle, materials, config.material_holes, drawn["material"])
        return lost

    def _angle(self, depth: Image, normals: Image | None) -> Image | None:
        """Angle of incidence, or None where no effect asks for it."""
        config = self.config
        materials = config.material_holes
        shares = (config.grazing_holes.share, materials.dark, materials.shiny, materials.transparent)
        if not any((*shares, materials.highlight, config.axial_noise.grazing, config.lateral_noise.grazing)):
            return None
        if normals is None:
            normals = normals_from_depth(depth, self.camera)
        return incidence(normals, self.camera)

    def _check(self, depth: Image, normals: Image | None, materials: Materials | None) -> None:
        shape = self.camera.shape
        if depth.dtype != np.float32:
            raise InvalidInputError(f"exact depth: type is {depth.dtype}; it must be float32 metres")
        expected = {"exact depth": (depth, shape), "normals": (normals, (*shape, 3))}
        for name in ("dark", "shiny", "transparent"):
            expected[f"{name} pixels"] = (getattr(materials, name, None), shape)
        for name, (array, size) in expected.items():
            if array is not None and array.shape != size:
                raise InvalidInputError(f"{name}: shape is {array.shape}; the camera's images have {size}")


def _generators(rng: np.random.Generator, count: int) -> list[np.random.Generator]:
    return [np.random.default_rng(int(seed)) for seed in rng.integers(0, 2**63, size=count)]
