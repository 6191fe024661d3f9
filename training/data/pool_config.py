"""Options of a pool of objects, and what they amount to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pose_nodes.core.config import option
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.objects.mesh import METRES_PER_UNIT
from pose_nodes.objects.objects_file import read_objects_file
from pose_nodes.synthetic.shapes.categories.registry import seed_of
from pose_nodes.synthetic.shapes.library import FAMILIES
from training.data.mesh_folder import listed, split_of


@dataclass(frozen=True)
class PoolConfig:
    """Objects that scenes are made of, and how they lie. All values are our choice."""

    families: str = option("", "procedural families, as 'generic_box, mug'; empty: all")
    objects_file: str = option(
        "", "an objects.yaml with meshes of your own, which are in every split beside those of the families"
    )
    meshes: str = option(
        "", "a folder of meshes, in folders of any depth; each is an object of one split alone, by its name"
    )
    meshes_unit: str = option("m", "of their files", choices=tuple(METRES_PER_UNIT))
    meshes_scale: float = option(
        1.0, "that they are made larger by (MegaPose: 0.1, which makes things of normalised meshes)",
        minimum=1e-6, maximum=1e6,
    )  # fmt: skip
    meshes_held_out: float = option(
        0.05, "share of them to validate with, and as many to test with", minimum=0.0, maximum=0.5
    )
    train: int = option(40, "objects of each family to train with", minimum=0, maximum=100_000)
    val: int = option(4, "objects of each family to validate with", minimum=0, maximum=100_000)
    test: int = option(4, "objects of each family to test with", minimum=0, maximum=100_000)
    triangles: int = option(
        5000, "of a mesh; more where it would be off by more than 0.4 mm", minimum=200, maximum=100_000
    )
    arrangements: int = option(2, "for each object", minimum=1, maximum=1000)
    fewest: int = option(3, "objects of an arrangement", minimum=1, maximum=50)
    most: int = option(7, "objects of an arrangement", minimum=1, maximum=50)
    bins: float = option(
        0.3, "share of arrangements in a bin, the others on a table", minimum=0.0, maximum=1.0
    )
    seed: int = option(0, "of the arrangements; objects have seeds of their own", minimum=0)

    def family_names(self) -> list[str]:
        """The families.

        Raises:
            InvalidConfigError: one is unknown.
        """
        chosen = [name.strip() for name in self.families.split(",") if name.strip()] or list(FAMILIES)
        for name in chosen:
            if name not in FAMILIES:
                raise InvalidConfigError(f"pool: family '{name}' is unknown; known are {', '.join(FAMILIES)}")
        return chosen

    def objects(self, split: str) -> list[tuple[str, int]]:
        """Family and seed of each object of a split; no seed is in two splits.

        An object of the objects file or of the folder of meshes is a family of its own, of the seed 0.

        Raises:
            InvalidConfigError: a family is unknown, or the objects file or the folder cannot be used.
        """
        count = int(getattr(self, split))
        made = [(family, seed_of(split, index)) for index in range(count) for family in self.family_names()]
        found = [name for name in self.mesh_names() if split_of(name, self.meshes_held_out) == split]
        return made + [(name, 0) for name in (*self.own_names(), *found)]

    def mesh_names(self) -> list[str]:
        """The objects of the folder of meshes.

        Raises:
            InvalidConfigError: there is no mesh in it, or an object is called as a family or another object.
        """
        names = list(listed(self.meshes)) if self.meshes else []
        taken = {*FAMILIES, *self.own_names()}
        for name in names:
            if name in taken:
                raise InvalidConfigError(
                    f"{self.meshes}: the mesh '{name}' is called as a procedural family or an object of the "
                    "objects file; rename it"
                )
        return names

    def own_names(self) -> list[str]:
        """The objects of the objects file.

        Raises:
            InvalidConfigError: it is missing or malformed, or an object is called as a family.
        """
        if not self.objects_file:
            return []
        names = list(read_objects_file(Path(self.objects_file).expanduser()))
        for name in names:
            if name in FAMILIES:
                raise InvalidConfigError(
                    f"{self.objects_file}: object '{name}' is called as a procedural family; rename it"
                )
        return names

    def check(self) -> None:
        """See that the options agree with each other.

        Raises:
            InvalidConfigError: they do not.
        """
        self.family_names()
        self.mesh_names()
        if self.fewest > self.most:
            raise InvalidConfigError(
                f"pool: 'fewest' is {self.fewest}, more than 'most', which is {self.most}"
            )
