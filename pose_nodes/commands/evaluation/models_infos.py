"""What the files models_info.json of a data set tell of its objects, as far as scores depend on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.bop_models import info_file, read_diameters, read_symmetries
from pose_nodes.objects.extent import diameter
from pose_nodes.objects.mesh import TriangleMesh

DIAMETER_TOLERANCE = 0.1
"""By which share a diameter may differ from that of the mesh (our choice): it may be told of a finer mesh,
but not in another unit or of another object."""


@dataclass(frozen=True)
class ModelsInfos:
    """The files of some folders of models.

    Attributes:
        folders: with models_info.json or without; where several tell of an object, the first one counts.
    """

    folders: Sequence[Path]

    @property
    def files(self) -> list[Path]:
        """Those that there are, each once."""
        paths = [info_file(folder) for folder in self.folders]
        return list({path.resolve(): path for path in paths if path.is_file()}.values())

    def symmetry(self, object_id: int) -> SymmetryGroup | None:
        """The symmetries of an object; None where there is no file.

        Raises:
            InvalidDatasetError: a file is malformed, or none of those that there are lists the object.
        """
        if not self.files:
            return None
        for folder in self.folders:
            if (group := read_symmetries(folder, [object_id]).get(object_id)) is not None:
                return group
        files = " and ".join(map(str, self.files))
        raise InvalidDatasetError(
            f"{files}: object {object_id} is missing, with its symmetries and diameter; add its entry, or "
            "tell its symmetry in an --objects file"
        )

    def diameter(self, object_id: int, mesh: TriangleMesh) -> float:
        """The diameter of an object, metres; that of its mesh where nothing is told.

        Raises:
            InvalidDatasetError: a file is malformed, or the diameter is far from that of the mesh.
        """
        measured = diameter(mesh.vertices)
        for folder in self.folders:
            told = read_diameters(folder, [object_id]).get(object_id)
            if told is not None:
                _check(folder, object_id, told, measured)
                return told
        return measured


def _check(folder: Path, object_id: int, told: float, measured: float) -> None:
    if abs(told - measured) > DIAMETER_TOLERANCE * measured:
        raise InvalidDatasetError(
            f"{info_file(folder)}: object {object_id}: a diameter of {1e3 * told:g} mm is not that of its "
            f"mesh, {1e3 * measured:.1f} mm; give it in millimetres"
        )
