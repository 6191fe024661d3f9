"""Colour for a rendering: procedural or vertex colours, one lamp with cast shadows, a highlight.

Good enough to look at and to vary; not a model of light transport.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.scenes.materials import Material, random_material
from pose_nodes.synthetic.scenes.rendering import Rendering, SceneRenderer
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject

_SHARPEST_SMOOTH = np.cos(np.deg2rad(35.0))
"""Corners whose mean normal turns from the face's by more are edges, and stay sharp (our choice)."""
_OFF_SURFACE = 5e-4
"""Metres from the surface at which the way to the lamp begins, so that rounding shades nothing."""
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
    image = np.empty((*rendering.camera.shape, 3))
    image[:] = light.background
    seen = np.isfinite(rendering.depth)
    for label, one in enumerate((scene.support, *scene.objects)):
        if one is None:
            continue
        v, u = np.nonzero(seen & (rendering.instance == label))
        surface = _Surface.of(rendering, one, T_world_camera, v, u)
        material = one.material or random_material(np.random.default_rng(label))
        lit = ~_in_shadow(surface.points, scene, renderer, light)
        image[v, u] = _shade(surface, _albedo(surface, one, material), material, light, lit, T_world_camera)
    return replace(rendering, color=np.asarray(255 * np.clip(image, 0, 1), np.uint8))


@dataclass(frozen=True, eq=False)
class _Surface:
    """What n pixels show of one object: points, normals (world frame), and the points in the object frame
    with the corners (n, 3) of their triangles and the weights (n, 3) of these."""

    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    points_object: NDArray[np.float64]
    corners: NDArray[np.int32]
    weights: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        rendering: Rendering,
        one: SceneObject,
        T_world_camera: se3.Matrix,
        v: NDArray[np.int64],
        u: NDArray[np.int64],
    ) -> _Surface:
        points = se3.transform(T_world_camera, rendering.camera.unproject(rendering.depth, v, u))
        flat = se3.rotate(T_world_camera, rendering.normals[v, u].astype(np.float64))
        points_object = se3.transform(se3.inverse(one.T_world_object), points)
        corners = one.mesh.faces[rendering.triangle[v, u]]
        weights = _barycentric(points_object, one.mesh.vertices[corners])
        at_corners = _corner_normals(one.mesh)[rendering.triangle[v, u]]
        normals = _unit(se3.rotate(one.T_world_object, np.einsum("ij,ijk->ik", weights, at_corners)))
        # The camera sees the side of the triangle that the rendered normal says.
        normals *= np.where(np.einsum("ij,ij->i", normals, flat) < 0, -1.0, 1.0)[:, None]
        return cls(points, normals, points_object, corners, weights)


def _barycentric(points: NDArray[np.float64], triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) points in the planes of (n, 3, 3) triangles -> (n, 3) weights of the corners."""
    a, b = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    p = points - triangles[:, 0]
    aa, bb, ab, pa, pb = (np.einsum("ij,ij->i", x, y) for x, y in ((a, a), (b, b), (a, b), (p, a), (p, b)))
    determinant = aa * bb - ab * ab
    determinant = np.where(determinant > 0, determinant, 1.0)
    second, third = (bb * pa - ab * pb) / determinant, (aa * pb - ab * pa) / determinant
    return np.clip(np.stack([1 - second - third, second, third], axis=1), 0.0, 1.0)


def _corner_normals(mesh: TriangleMesh) -> NDArray[np.float64]:
    """(faces, 3, 3) unit normals of the corners of each face: the mean of the faces around, but at edges."""
    triangles = mesh.vertices[mesh.faces]
    of_faces = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    of_vertices = np.zeros_like(mesh.vertices)
    for corner in range(3):
        np.add.at(of_vertices, mesh.faces[:, corner], of_faces)
    smooth, flat = _unit(of_vertices)[mesh.faces], _unit(of_faces)[:, None]
    is_smooth = (smooth * flat).sum(axis=2, keepdims=True) > _SHARPEST_SMOOTH
    return np.where(is_smooth, smooth, flat)


def _albedo(surface: _Surface, one: SceneObject, material: Material) -> NDArray[np.float64]:
    colors = one.mesh.vertex_colors
    if one.material is None and colors is not None:
        return np.asarray(np.einsum("ij,ijk->ik", surface.weights, colors[surface.corners] / 255.0))
    return material.albedo(surface.points_object)


def _in_shadow(
    points: NDArray[np.float64], scene: Scene, renderer: SceneRenderer, light: Light
) -> NDArray[np.bool_]:
    lamp, shadow = np.array(light.position), np.zeros(len(points), bool)
    for one in (scene.support, *scene.objects):
        if one is not None:
            T_object_world = se3.inverse(one.T_world_object)
            target = se3.transform(T_object_world, lamp[None])[0]
            points_object = se3.transform(T_object_world, points)
            shadow |= renderer.caster(one.mesh).blocks(points_object, target, _OFF_SURFACE)
    return shadow


def _shade(
    surface: _Surface,
    albedo: NDArray[np.float64],
    material: Material,
    light: Light,
    lit: NDArray[np.bool_],
    T_world_camera: se3.Matrix,
) -> NDArray[np.float64]:
    """(n, 3) RGB: Lambert's law, with Blinn's highlight where the lamp shines."""
    to_lamp = _unit(np.array(light.position) - surface.points)
    to_camera = _unit(T_world_camera[:3, 3] - surface.points)
    facing = np.maximum(np.einsum("ij,ij->i", surface.normals, to_lamp), 0.0) * lit
    mirrored = np.maximum(np.einsum("ij,ij->i", surface.normals, _unit(to_lamp + to_camera)), 0.0)
    highlight = material.gloss * light.lamp * mirrored**_HIGHLIGHT_POWER * lit
    # What looks up gets more of the light from all sides.
    sky = light.ambient * (0.75 + 0.25 * surface.normals[:, 2])
    return np.asarray(albedo * (sky + light.lamp * facing)[:, None] + highlight[:, None])


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0))
