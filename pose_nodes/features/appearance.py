"""Which of several poses looks most like the image: rendered views, compared patch by patch.

The second half of the symmetry-aware refinement of Caraffa et al., "FreeZe", ECCV 2024: poses that the shape
cannot tell apart differ in print and colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.observation import Observation
from pose_nodes.features.patch_encoder import PatchEncoder
from pose_nodes.features.square_crop import SquareCrop
from pose_nodes.features.token_grid import covered, unit
from pose_nodes.features.visual import color_of
from pose_nodes.features.visual_config import VisualConfig
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.rendering.color import ColorRenderer
from pose_nodes.rendering.depth import Region

_SHOWN = 0.5
"""Of a patch: the segment's share of it from which on it is compared (our choice)."""


class Appearance:
    """Compares one object with images of it."""

    def __init__(self, mesh: TriangleMesh, encoder: PatchEncoder, config: VisualConfig) -> None:
        """Prepare a mesh."""
        self._renderer = ColorRenderer(mesh)
        self._encoder, self._pixels, self._black = encoder, config.patches * encoder.patch, config.black

    def similarities(self, poses: Sequence[se3.Matrix], observation: Observation) -> NDArray[np.float64]:
        """How much the object at each pose looks like the segment.

        What is not of the segment is black in the renderings, as it is in the image, so that something in
        front of the object hides it in both.

        Args:
            poses: k of T_camera_object.
            observation: the frame, with its colour, and the segment.

        Returns:
            (k,) mean cosine of the vectors of the patches that the segment covers, -1 to 1.

        Raises:
            InvalidInputError: there is no colour image or no segment, or the segment is empty.
        """
        mask, camera = observation.mask, observation.frame.camera
        crop = SquareCrop.around(mask, self._pixels)
        image = crop.cut(color_of(observation), mask if self._black else None)
        shown = crop.cut(np.repeat(255 * mask[..., None].astype(np.uint8), 3, axis=2))[..., 0] > 127
        views = [self._view(T, camera, crop) * shown[..., None] for T in poses]
        tokens = unit(self._encoder.tokens(np.stack([image, *views])))
        share = covered(shown, tokens.shape[1])
        compared = share >= min(_SHOWN, share.max())
        cosines = np.einsum("kpd,pd->kp", tokens[1:, compared], tokens[0, compared])
        return np.asarray(cosines.mean(axis=1), np.float64)

    def _view(self, T: se3.Matrix, camera: PinholeCamera, crop: SquareCrop) -> NDArray[np.uint8]:
        image, _ = self._renderer.render(T, camera, Region(crop.left, crop.top, crop.side, crop.side))
        return replace(crop, left=0, top=0).cut(image)
