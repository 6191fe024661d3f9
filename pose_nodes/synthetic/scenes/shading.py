"""Colour for a rendering: procedural or vertex colours, one lamp with cast shadows, a highlight.

Good enough to look at and to vary; not a model of light transport.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.synthetic.scenes.materials import TRANSPARENT
from pose_nodes.synthetic.scenes.rendering import Rendering, SceneRenderer
from pose_nodes.synthetic.scenes.scene import Scene
from pose_nodes.synthetic.scenes.shading_mesh import unit
from pose_nodes.synthetic.scenes.shadows import shadowed
from pose_nodes.synthetic.scenes.surfaces import Array, albedo_of, material_of, pixels_of, points_of

_HIGHLIGHT_POWER = 40.0
"""Exponent of Blinn's highlight: a satin surface (our choice)."""


@dataclass(frozen=True)
class Light:
    """A lamp and what comes from all sides.

    Attributes:
        position: of the lamp, world frame, metres.
        lamp: its strength, 0 to 1.
        ambient: light from all sides, 0 to 1.
        background: RGB, 0 to 1, where nothing is.
    """

    position: tuple[float, float, float] = (0.6, -0.8, 1.8)
    lamp: float = 0.75
    ambient: float = 0.35
    background: tuple[float, float, float] = (0.45, 0.47, 0.5)


def random_light(rng: np.random.Generator) -> Light:
    """A lamp some metres above, of any direction and of a strength at which the picture is well exposed."""
    angle, height, distance = rng.uniform(0, 2 * np.pi), rng.uniform(1.2, 2.5), rng.uniform(0.3, 1.5)
    lamp = rng.uniform(0.5, 0.9)
    grey = rng.uniform(0.1, 0.8)
    return Light(
        (float(distance * np.cos(angle)), float(distance * np.sin(angle)), float(height)),
        float(lamp),
        float(1.05 - lamp),
        (float(grey), float(grey), float(grey)),
    )


def colored(
    rendering: Rendering,
    scene: Scene,
    T_world_camera: se3.Matrix,
    renderer: SceneRenderer,
    light: Light | None = None,
) -> Rendering:
    """The rendering with colour.

    Args:
        rendering: of the scene, from the camera.
        scene: what was rendered; objects without a material get one by their place in the scene, or the
            colours of their vertices.
        T_world_camera: (4, 4) pose of the camera.
        renderer: that made the rendering; casts the shadows.
        light: `Light()` if None.
    """
    light = light or Light()
    image = np.empty((rendering.depth.size, 3), np.float32)
    image[:] = light.background
    surface = _surface(rendering, scene, T_world_camera, renderer)
    image[surface.pixels] = _shade(surface, scene, T_world_camera, renderer, light)
    _let_through(image, rendering, scene, T_world_camera, renderer, light)
    color = np.asarray(255 * np.clip(image, 0, 1), np.uint8).reshape(*rendering.camera.shape, 3)
    return replace(rendering, color=color)


@dataclass(frozen=True, eq=False)
class _Surface:
    """What n pixels show: their flat indices; points and normals (n, 3), world frame; albedo (n, 3); gloss
    (n,)."""

    pixels: NDArray[np.int64]
    points: Array
    normals: Array
    albedo: Array
    gloss: Array


def _surface(
    rendering: Rendering, scene: Scene, T_world_camera: se3.Matrix, renderer: SceneRenderer
) -> _Surface:
    """All that is seen, object by object."""
    labels = [label for label in range(len(scene.objects) + 1) if label or scene.support is not None]
    parts = [_part(rendering, scene, label, T_world_camera, renderer) for label in labels]
    if not parts:
        none = np.zeros((0, 3), np.float32)
        return _Surface(np.zeros(0, np.int64), none, none, none, none[:, 0])
    return _Surface(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _part(
    rendering: Rendering, scene: Scene, label: int, T_world_camera: se3.Matrix, renderer: SceneRenderer
) -> tuple[NDArray[np.int64], Array, Array, Array, Array]:
    """The fields of a `_Surface` that one object fills."""
    one = scene.objects[label - 1] if label else scene.support
    assert one is not None
    pixels, material, mesh = (
        pixels_of(rendering, label),
        material_of(one, label),
        renderer.shading_mesh(one.mesh),
    )
    faces = rendering.triangle.ravel()[pixels]
    points = points_of(rendering, pixels, se3.inverse(one.T_world_object) @ T_world_camera)
    weights = mesh.weights(points, faces)
    R, t = one.T_world_object[:3, :3].astype(np.float32), one.T_world_object[:3, 3].astype(np.float32)
    normals = mesh.smooth_normals(faces, weights) @ R.T
    flat = rendering.normals.reshape(-1, 3)[pixels] @ T_world_camera[:3, :3].T.astype(np.float32)
    # The camera sees the side of the triangle that the rendered normal says.
    normals *= np.where(np.einsum("ij,ij->i", normals, flat) < 0, np.float32(-1), np.float32(1))[:, None]
    gloss = np.full(len(pixels), material.gloss, np.float32)
    return pixels, points @ R.T + t, normals, albedo_of(one, material, points, faces, weights), gloss


def _shade(
    surface: _Surface, scene: Scene, T_world_camera: se3.Matrix, renderer: SceneRenderer, light: Light
) -> Array:
    """(n, 3) RGB: Lambert's law, with Blinn's highlight where the lamp shines."""
    to_lamp = unit(np.array(light.position, np.float32) - surface.points)
    to_camera = unit(T_world_camera[:3, 3].astype(np.float32) - surface.points)
    facing = np.maximum(np.einsum("ij,ij->i", surface.normals, to_lamp), 0)
    lit = facing > 0
    lit[lit] = ~shadowed(surface.points[lit], scene, renderer, np.array(light.position))
    mirrored = np.maximum(np.einsum("ij,ij->i", surface.normals, unit(to_lamp + to_camera)), 0)
    highlight = surface.gloss * np.float32(light.lamp) * mirrored**_HIGHLIGHT_POWER * lit
    # What looks up gets more of the light from all sides.
    sky = np.float32(light.ambient) * (np.float32(0.75) + np.float32(0.25) * surface.normals[:, 2])
    return np.asarray(
        surface.albedo * (sky + np.float32(light.lamp) * facing * lit)[:, None] + highlight[:, None]
    )


def _let_through(
    image: Array,
    rendering: Rendering,
    scene: Scene,
    T_world_camera: se3.Matrix,
    renderer: SceneRenderer,
    light: Light,
) -> None:
    """Mix what lies behind all transparent objects into their pixels, image (n, 3); nothing is refracted."""
    clear = [
        k for k, one in enumerate(scene.objects) if one.material is not None and one.material.transparent
    ]
    shows = np.isin(rendering.instance.ravel(), [k + 1 for k in clear])
    if not shows.any():
        return
    rest = replace(scene, objects=tuple(one for k, one in enumerate(scene.objects) if k not in clear))
    behind = renderer.render(rest, T_world_camera, rendering.camera)
    color = colored(behind, rest, T_world_camera, renderer, light).color
    assert color is not None
    through = color.reshape(-1, 3)[shows] / np.float32(255)
    image[shows] += TRANSPARENT * (through - image[shows])
