"""What a lamp does not reach."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.synthetic.scenes.casting import MeshCaster
from pose_nodes.synthetic.scenes.rendering import SceneRenderer
from pose_nodes.synthetic.scenes.scene import Scene
from pose_nodes.synthetic.scenes.shading_mesh import Array, unit

_OFF_SURFACE = 5e-4
"""Metres from the surface at which the way to the lamp begins, so that rounding shades nothing."""


def shadowed(
    points: Array, scene: Scene, renderer: SceneRenderer, lamp: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which points lie in the shadow of an object, as the lamp is a point.

    Args:
        points: (n, 3) on the surfaces of the scene, world frame, metres.
        scene: what casts shadows.
        renderer: knows its meshes.
        lamp: (3,) world frame, metres.

    Returns:
        (n,) bool.
    """
    starts = points + np.float32(_OFF_SURFACE) * unit(lamp.astype(np.float32) - points)
    ways, shadow = _Ways(starts, lamp), np.zeros(len(points), bool)
    for one in (scene.support, *scene.objects):
        if one is None:
            continue
        caster = renderer.caster(one.mesh)
        near = np.flatnonzero(ways.may_meet(caster, one.T_world_object) & ~shadow)
        if len(near):
            T = se3.inverse(one.T_world_object).astype(np.float32)
            first = starts[near] @ T[:3, :3].T + T[:3, 3]
            last = T[:3, :3] @ lamp.astype(np.float32) + T[:3, 3]
            shadow[near] = caster.blocks(np.concatenate([first, last - first], axis=1))
    return shadow


class _Ways:
    """The ways from points to a lamp; tells quickly which of them a mesh cannot meet."""

    def __init__(self, starts: Array, lamp: NDArray[np.float64]) -> None:
        self._lamp = lamp
        self._lowest = np.minimum(starts[:, 2], np.float32(lamp[2]))
        from_lamp = starts - lamp.astype(np.float32)
        self._lengths = np.sqrt(np.einsum("ij,ij->i", from_lamp, from_lamp))
        self._directions = unit(from_lamp)

    def may_meet(self, caster: MeshCaster, T_world_object: se3.Matrix) -> NDArray[np.bool_]:
        """(n,) whether a way comes near the ball around the mesh, and below its highest point."""
        centre = T_world_object[:3, :3] @ caster.centre + T_world_object[:3, 3] - self._lamp
        along = self._directions @ centre.astype(np.float32)
        beside = np.float32(centre @ centre) - along * along
        near = (beside <= caster.radius**2) & (along - np.float32(caster.radius) <= self._lengths)
        return np.asarray(near & (self._lowest < caster.highest(T_world_object)))
