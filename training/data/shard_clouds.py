"""Pairs of a mesh and what an image of a BOP-webdataset shows of it: MegaPose-GSO, MegaPose-ShapeNetCore.

The images are there, in tar files that other programs rendered; the meshes are those of a pool that was made
of a folder of them. Which image and object a sample is of depends on its index alone.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import open3d as o3d

from pose_nodes.core.config import option
from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment
from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.sequences.bop_files import default_name
from pose_nodes.sequences.bop_shard_index import IndexedShard
from pose_nodes.sequences.recording import GroundTruth, RecordedFrame
from training.data.cloud_pairs import Cloud, CloudPair, paired, seen_cloud, surface_cloud
from training.data.mesh_folder import names_by_id
from training.data.object_pool import ObjectPool
from training.data.seeding import sample_generator

_TRIES = 400
_MISFITS = 5
"""Objects in a row that do not fit their meshes, after which one is not looked for any longer."""
_MOST = 0.9
_OPEN = 8
"""Shards whose headers are kept: of 1,000 samples they take about 2 MB (our choice)."""


class _MisfitError(Exception):
    """What is seen of an object does not lie on its mesh at its true pose."""


@dataclass(frozen=True)
class ShardOptions:
    """Options of pairs from shards."""

    shards: str = option("", "folder of the tar files")
    objects: str = option(
        "", "list of the objects, as gso_models.json or shapenet_models.json; empty: meshes are called "
        "obj_000007, as in BOP's folders of models",
    )  # fmt: skip
    points: int = option(4000, "of each cloud, as in the dGeDi paper", minimum=16, maximum=1_000_000)
    radius: float = option(
        0.03, "largest distance of points that correspond, in diameters (tau_1 of the dGeDi paper)",
        minimum=0.001, maximum=1.0,
    )  # fmt: skip
    normal_radius: float = option(
        0.05, "of the neighbourhood of which normals are estimated, in diameters (our choice)",
        minimum=0.001, maximum=1.0,
    )  # fmt: skip
    visible: float = option(
        0.2, "least visible share of an object's silhouette (our choice)", minimum=0.0, maximum=1.0
    )
    pixels: int = option(400, "least number of its pixels with depth (our choice)", minimum=16)
    misfit: float = option(
        0.03, "largest distance of nine tenths of what is seen from the mesh, in diameters: beyond it the "
        "mesh has another scale, or is another (our choice)", minimum=0.001, maximum=1.0,
    )  # fmt: skip
    seed: int = option(0, "another seed gives other samples", minimum=0)


class ShardClouds:
    """The source: `source[index]` is a `CloudPair` of a mesh and a view, for every index from 0 on."""

    name = "shard_clouds"
    sample_class: type[Any] = CloudPair
    length: int | None = None

    def __init__(self, pool: ObjectPool, options: ShardOptions | None = None) -> None:
        """Build the source; no image is read yet.

        Raises:
            InvalidConfigError: there are no shards, or none of their objects is in the pool.
            InvalidDatasetError: the list of objects is missing or malformed.
        """
        self.pool, self.options = pool, options or ShardOptions()
        self._paths = sorted(Path(self.options.shards).expanduser().glob("*.tar"))
        if not self.options.shards or not self._paths:
            raise InvalidConfigError(
                f"shard clouds: 'shards' is '{self.options.shards}', which is no folder of tar files"
            )
        self._names = self._names_of_ids()
        self._numbers = {family: number for number, family in enumerate(pool.families)}
        self._open: OrderedDict[int, IndexedShard] = OrderedDict()

    def __reduce__(self) -> tuple[type[ShardClouds], tuple[ObjectPool, ShardOptions]]:
        return ShardClouds, (self.pool, self.options)

    def origin(self) -> dict[str, str]:
        """What decides of the samples beside the options."""
        sizes = "".join(f"{path.name} {path.stat().st_size}\n" for path in self._paths)
        digest = hashlib.sha256(sizes.encode()).hexdigest()[:16]
        return {"pool": self.pool.fingerprint, "split": self.pool.split, "files": digest}

    def __getitem__(self, index: int) -> CloudPair:
        """The sample of an index.

        Raises:
            InvalidConfigError: the index is negative.
            InvalidDatasetError: a shard or the pool is damaged, or no image was found that will do.
        """
        rng = sample_generator(self.options.seed, self.pool.split, index)
        misfits = 0
        for _ in range(_TRIES):
            recorded = self._any_image(rng)
            for truth, segment in _told_apart(recorded, rng):
                try:
                    pair = self._pair(recorded.frame, truth, segment, rng)
                except _MisfitError:
                    pair, misfits = None, misfits + 1
                if pair is not None:
                    return pair
                if misfits == _MISFITS:
                    raise InvalidDatasetError(
                        f"{self.options.shards}: {misfits} objects did not fit their meshes; make the pool "
                        "with the scale of these images (meshes_scale, MegaPose: 0.1), or name their own list"
                    )
        raise InvalidDatasetError(
            f"{self.options.shards}: none of {_TRIES} images shows enough of an object of the pool; lower "
            "visible or pixels, or make a pool of the meshes of these images"
        )

    def _names_of_ids(self) -> dict[int, str]:
        families = list(self.pool.families)
        if self.options.objects:
            names = names_by_id(Path(self.options.objects).expanduser(), families)
        else:
            by_stem = {family.split("__")[-1]: family for family in families}
            ids = {stem: int(stem[4:]) for stem in by_stem if stem[:4] == "obj_" and stem[4:].isdecimal()}
            names = {i: by_stem[stem] for stem, i in ids.items() if default_name(i) == stem}
        if not names:
            raise InvalidConfigError(
                f"shard clouds: no object of the pool {self.pool.folder} to {self.pool.split} with is one of "
                "the shards; make the pool of their meshes (meshes=FOLDER), and name the list (objects=FILE)"
            )
        return names

    def _any_image(self, rng: np.random.Generator) -> RecordedFrame:
        number = int(rng.integers(len(self._paths)))
        if number not in self._open:
            self._open[number] = IndexedShard(self._paths[number], self._names)
            if len(self._open) > _OPEN:
                self._open.popitem(last=False)
        self._open.move_to_end(number)
        shard = self._open[number]
        return shard[int(rng.integers(len(shard)))]

    def _pair(
        self, frame: Frame, truth: GroundTruth, segment: Segment, rng: np.random.Generator
    ) -> CloudPair | None:
        """The pair; None where too little of the object is seen. Raises _MisfitError."""
        options = self.options
        pixels = np.flatnonzero(segment.mask & np.isfinite(frame.depth) & (frame.depth > 0))
        if len(pixels) < options.pixels or truth.visible_fraction < options.visible:
            return None
        number = self._numbers[truth.class_name]
        known = self.pool.object(number)
        source = surface_cloud(known.mesh, options.points, rng)
        radius = options.normal_radius * known.diameter
        target = seen_cloud(
            frame.depth,
            pixels,
            segment.mask,
            frame.camera,
            truth.T_camera_object,
            options.points,
            radius,
            rng,
        )
        if _distance(known.mesh, target) > options.misfit * known.diameter:
            raise _MisfitError
        return paired(source, target, options.radius, known.diameter, number)


def _told_apart(recorded: RecordedFrame, rng: np.random.Generator) -> list[tuple[GroundTruth, Segment]]:
    """Objects of which an image shows one alone, in random order."""
    truths: dict[str, list[GroundTruth]] = {}
    segments: dict[str, list[Segment]] = {}
    for truth in recorded.truths:
        truths.setdefault(truth.class_name, []).append(truth)
    for segment in recorded.segments:
        segments.setdefault(segment.class_name, []).append(segment)
    names = [name for name in truths if len(truths[name]) == len(segments.get(name, ())) == 1]
    return [(truths[names[i]][0], segments[names[i]][0]) for i in rng.permutation(len(names))]


def _distance(mesh: TriangleMesh, seen: Cloud) -> float:
    """Of what is seen from the mesh at the true pose, metres, but for the farthest tenth."""
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    scene.add_triangles(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32))
    points = se3.transform(se3.inverse(seen.T_cloud_object), seen.points.astype(np.float64))
    return float(np.quantile(scene.compute_distance(points.astype(np.float32), nthreads=1).numpy(), _MOST))
