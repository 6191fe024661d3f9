"""What stands where in the world; z points up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.scenes.materials import Material


@dataclass(frozen=True, eq=False)
class SceneObject:
    """A mesh at a place.

    Attributes:
        mesh: its surface, object frame, metres. Objects that share a mesh share the work of rendering it.
        T_world_object: (4, 4) float64, mesh coordinates into the world.
        class_name: name of the object or category; empty for a thing that nobody looks for, which has no
            ground truth.
        instance_id: tells apart objects of one class; by it `Scene.moved` finds the object.
        material: what it looks like; the renderer chooses one if None.
    """

    mesh: TriangleMesh
    T_world_object: se3.Matrix
    class_name: str = ""
    instance_id: str = ""
    material: Material | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """Objects, and what they stand on or lie in.

    Attributes:
        objects: object k of a picture (its label in an instance image) is objects[k - 1].
        support: table or bin; label 0 in an instance image, as everything that is no object.
    """

    objects: tuple[SceneObject, ...]
    support: SceneObject | None = None

    def moved(self, poses: Mapping[str, se3.Matrix]) -> Scene:
        """The scene with some objects at new poses T_world_object, by instance id."""
        return replace(
            self,
            objects=tuple(
                replace(one, T_world_object=poses[one.instance_id]) if one.instance_id in poses else one
                for one in self.objects
            ),
        )
