"""How many synthetic frames a second one core makes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pose_nodes.commands.one_thread import on_one_thread
from pose_nodes.commands.tables import TextTable, milliseconds, number
from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.datasets.config import CameraConfig
from pose_nodes.synthetic.scenes.measuring import Sensors
from pose_nodes.synthetic.scenes.rendering import Rendering, SceneRenderer
from pose_nodes.synthetic.scenes.scene import Scene
from pose_nodes.synthetic.scenes.shading import colored, random_light
from pose_nodes.synthetic.scenes.staging import cluttered, viewpoint
from pose_nodes.synthetic.scenes.supports import table
from pose_nodes.synthetic.sensor import presets
from pose_nodes.synthetic.shapes.library import generate

FAMILIES = (
    "mug", "bottle", "bowl", "camera", "can", "shoe", "generic_box", "generic_gear", "generic_plate",
    "generic_vessel",
)  # fmt: skip
"""One object of each; ten, as the figures say."""
VIEWS = 30
_TRIES = 20


@dataclass(frozen=True, eq=False)
class _Named:
    name: str
    mesh: TriangleMesh


def measure_frames(views: int = VIEWS, families: Sequence[str] = FAMILIES) -> dict[str, Any]:
    """Processor time of VGA frames of objects on a table, with what is made of them.

    Processor time, as others' work on the machine does not count; in a process of its own, whose libraries
    compute on one thread.

    Args:
        views: how many are rendered.
        families: of the objects, one of each.

    Returns:
        "objects", "triangles", "views", "width", "height", and under "frames" for each kind of frame its
        "kind", and the medians "core_seconds" and "per_core_second".
    """
    return on_one_thread(_measure_frames, views, tuple(families))


def _measure_frames(views: int, families: Sequence[str]) -> dict[str, Any]:
    scene, rng = _scene(families), np.random.default_rng(1)
    renderer, seconds = SceneRenderer(), dict[str, list[float]]()
    for number_of_view in range(views + 1):
        T_world_camera = viewpoint(scene, rng)
        spent = _one_view(scene, T_world_camera, renderer, np.random.default_rng(number_of_view))
        if number_of_view:  # the first one prepares the meshes
            for kind, each in spent.items():
                seconds.setdefault(kind, []).append(each)
    camera = CameraConfig()
    return {
        "objects": len(scene.objects),
        "triangles": sum(len(one.mesh.faces) for one in scene.objects),
        "views": views,
        "width": camera.width,
        "height": camera.height,
        "frames": [_frame(kind, each) for kind, each in seconds.items()],
    }


def frames_table(section: dict[str, Any]) -> TextTable:
    """The section for people."""
    rows = [
        (each["kind"], milliseconds(each["core_seconds"]), number(each["per_core_second"], 1))
        for each in section["frames"]
    ]
    title = (
        f"Synthetic frames, {section['width']}x{section['height']}, {section['objects']} objects of "
        f"{section['triangles']} triangles in all"
    )
    return TextTable(title, ("frame", "ms median", "frames/s a core"), tuple(rows))


def _frame(kind: str, seconds: list[float]) -> dict[str, Any]:
    median = statistics.median(seconds)
    return {"kind": kind, "core_seconds": median, "per_core_second": 1.0 / median}


def _one_view(
    scene: Scene, T_world_camera: se3.Matrix, renderer: SceneRenderer, rng: np.random.Generator
) -> dict[str, float]:
    """Seconds of each kind of frame; what it is made of counts with it."""
    camera, light = CameraConfig().pinhole(), random_light(rng)
    exact, first = _timed(lambda: renderer.render(scene, T_world_camera, camera))
    shaded, color = _timed(lambda: colored(exact, scene, T_world_camera, renderer, light))

    def measure(sensors: Sensors, rendering: Rendering) -> float:
        return _timed(lambda: sensors.measure(rendering, scene, T_world_camera, rng))[1]

    depth = measure(Sensors(presets.realsense()), replace(exact, color=None))
    both = measure(Sensors(presets.realsense(), presets.color_camera()), shaded)
    return {
        "exact depth, normals, instances": first,
        "with the depth camera": first + depth,
        "with colour": first + color,
        "with colour and both cameras": first + color + both,
    }


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.process_time()
    result = work()
    return result, time.process_time() - begun


def _scene(families: Sequence[str]) -> Scene:
    """One object of each family, at rest on a table."""
    made = [_Named(family, generate(family, 0).mesh) for family in families]
    for seed in range(_TRIES):
        try:
            return cluttered(made, table(), np.random.default_rng(seed))
        except InvalidInputError:
            if seed == _TRIES - 1:
                raise
    raise AssertionError("unreachable")
