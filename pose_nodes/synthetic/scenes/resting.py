"""Objects dropped on a table or into a bin until they lie still (MuJoCo).

For physics every object is its convex hull, of uniform density: what is hollow cannot be filled, and a ring
cannot be hung up, but the real surface lies inside the hull, so that objects that do not touch as hulls do
not touch. Hulls keep a distance of a fraction of a millimetre, which takes up what soft contacts give.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.transform import Rotation

from pose_nodes.core.config import option
from pose_nodes.core.errors import InvalidConfigError, InvalidInputError, InvalidMeshError
from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.scenes.supports import Support

_STEP = 0.002
"""Seconds; MuJoCo's default, a quarter of the time in which contacts settle."""
_CHECK_EVERY = 25
"""Steps between two looks at whether all lie still, or one fell off."""
_ABOVE = 0.01
"""Metres between objects, or an object and the support, before they fall."""
_PLACES = 30
"""Tries to find room for an object that shall stand (our choice)."""
_FALLEN = -0.1
"""Metres; what is below fell off the support."""


@dataclass(frozen=True)
class DropConfig:
    """How objects are dropped."""

    density: float = option(500.0, "of all objects, as of wood", unit="kg/m^3", minimum=1.0, maximum=20000.0)
    friction: float = option(0.6, "of all contacts, as of wood on wood", minimum=0.0, maximum=2.0)
    rolling_friction: float = option(
        0.001, "arm of the torque against rolling; stops balls (our choice)", unit="m", minimum=0.0,
        maximum=0.1,
    )  # fmt: skip
    clearance: float = option(
        0.0003, "kept around each object; in piles of 21, soft contacts took up to 0.4 mm of twice that",
        unit="m", minimum=0.0, maximum=0.01,
    )  # fmt: skip
    spread: float = option(
        0.6, "share of the support's length and width over which objects are dropped; less is more clutter",
        minimum=0.0, maximum=1.0,
    )  # fmt: skip
    standing: float = option(
        0.0, "share of the objects that are put down with y up, where there is room; the others are dropped",
        minimum=0.0, maximum=1.0,
    )  # fmt: skip
    still_speed: float = option(
        0.005, "of all points of an object that lies still, on average over the time below; thin plates "
        "rattle for ever, but go nowhere (our choice)", unit="m/s", minimum=1e-5,
        maximum=0.1,
    )  # fmt: skip
    still_time: float = option(0.3, "for which all must lie still", unit="s", minimum=0.05, maximum=10.0)
    longest: float = option(
        20.0, "simulated, after which objects that move are an error", unit="s", minimum=1.0, maximum=600.0
    )


def drop(
    meshes: Sequence[TriangleMesh],
    support: Support,
    rng: np.random.Generator,
    config: DropConfig | None = None,
) -> list[se3.Matrix]:
    """Drop objects one above the other, each turned at random; one that falls off is dropped again.

    A share of them may be put down upright first, apart from each other; what falls on them may knock them
    over.

    The same meshes and state of the generator give the same poses, bit by bit, with the same MuJoCo.

    Args:
        meshes: the objects.
        support: what they fall on.
        rng: chooses places and rotations.
        config: options.

    Returns:
        T_world_object (4, 4) of each, at rest.

    Raises:
        InvalidConfigError: MuJoCo is not installed.
        InvalidMeshError: a mesh is flat, so that it has no hull.
        InvalidInputError: the objects do not come to rest, or always fall off.
    """
    if not meshes:
        return []
    return _Simulation(meshes, support, rng, config or DropConfig()).rested()


class _Simulation:
    def __init__(
        self,
        meshes: Sequence[TriangleMesh],
        support: Support,
        rng: np.random.Generator,
        config: DropConfig,
    ) -> None:
        self._mujoco = _mujoco()
        self._support, self._rng, self._config = support, rng, config
        hulls = self._hulls = [_hull(index, mesh) for index, mesh in enumerate(meshes)]
        self._centres = [0.5 * (hull.min(axis=0) + hull.max(axis=0)) for hull in hulls]
        self._radii = [
            float(np.linalg.norm(hull - centre, axis=1).max())
            for hull, centre in zip(hulls, self._centres, strict=True)
        ]
        # Without such objects no numbers are drawn for them, so that what was made before stays the same.
        chances = rng.random(len(meshes)) if self._config.standing > 0 else np.ones(len(meshes))
        self._stands = chances < self._config.standing
        self._model = self._mujoco.MjModel.from_xml_string(_world(hulls, support, config))
        self._data = self._mujoco.MjData(self._model)

    def rested(self) -> list[se3.Matrix]:
        """Simulate until all lie still; their poses."""
        with _no_log_file(self._mujoco):
            return self._simulated()

    def _simulated(self) -> list[se3.Matrix]:
        height = self._put_down()
        for index in np.flatnonzero(~self._stands):
            height = self._raise(int(index), height) + self._radii[index]
        still, since = 0.0, self._data.qpos.copy()
        while still < self._config.still_time:
            self._refuse_unstable()
            if self._data.time > self._config.longest:
                raise InvalidInputError(
                    f"dropping {len(self._radii)} objects: they still move or fall off after "
                    f"{self._config.longest:g} s; use a larger support, fewer objects or a longer time"
                )
            self._mujoco.mj_step(self._model, self._data, _CHECK_EVERY)
            far = self._config.still_speed * self._config.still_time
            if self._catch_fallen() or self._moved_since(since) > far:
                still, since = 0.0, self._data.qpos.copy()
            else:
                still += _CHECK_EVERY * _STEP
        return [self._pose(index) for index in range(len(self._radii))]

    def _refuse_unstable(self) -> None:
        """MuJoCo begins anew, at time zero and without end, when speeds grow beyond all bounds."""
        kinds = self._mujoco.mjtWarning
        numbers = (kinds.mjWARN_BADQPOS, kinds.mjWARN_BADQVEL, kinds.mjWARN_BADQACC)
        if any(self._data.warning[int(kind)].number for kind in numbers):
            raise InvalidInputError(
                f"dropping {len(self._radii)} objects: the simulation became unstable; drop other ones, or "
                "thicker ones"
            )

    def _put_down(self) -> float:
        """Stand objects on the support, each apart from the others; the height of the highest.

        One for which there is no room is dropped with the rest.
        """
        places: list[tuple[NDArray[np.float64], float]] = []
        for index in np.flatnonzero(self._stands):
            radius = self._radii[index]
            reach = self._reach(radius)
            tries = self._rng.uniform(-reach, reach, (_PLACES, 2))
            free = [
                place
                for place in tries
                if all(np.linalg.norm(place - other) > radius + taken for other, taken in places)
            ]
            if not free:
                self._stands[index] = False
                continue
            places.append((free[0], radius))
            turn = Rotation.from_euler("z", self._rng.uniform(0, 2 * np.pi))
            self._place(int(index), np.append(free[0], 0.0), turn * Rotation.from_euler("x", 0.5 * np.pi))
            low = float(self._lowest(int(index)))
            self._data.qpos[7 * index + 2] += _ABOVE - low
        return max((2 * radius + _ABOVE for _, radius in places), default=0.0)

    def _reach(self, radius: float) -> NDArray[np.float64]:
        """(2,) metres from the middle of the support up to which an object's middle may be."""
        return np.maximum(0.5 * self._config.spread * np.array(self._support.area) - radius, 0.0)

    def _lowest(self, index: int) -> float:
        """Height of the lowest point of an object."""
        return float(se3.transform(self._pose(index), self._hulls[index])[:, 2].min())

    def _raise(self, index: int, above: float) -> float:
        """Put an object at random over the support, above a height; the height of its middle."""
        reach = self._reach(self._radii[index])
        height = above + self._radii[index] + _ABOVE
        middle = np.append(self._rng.uniform(-reach, reach), height)
        self._place(index, middle, Rotation.random(random_state=self._rng))
        return float(height)

    def _place(self, index: int, middle: NDArray[np.float64], rotation: Rotation) -> None:
        """Put an object at rest somewhere."""
        place = middle - rotation.apply(self._centres[index])
        x, y, z, w = rotation.as_quat()
        self._data.qpos[7 * index : 7 * index + 7] = [*place, w, x, y, z]
        self._data.qvel[6 * index : 6 * index + 6] = 0.0

    def _catch_fallen(self) -> bool:
        """Drop again what fell off, from above all others; whether there was anything."""
        middles = self._middles()
        top = max(0.0, float(np.max(middles[:, 2] + self._radii)))
        fallen = np.flatnonzero(middles[:, 2] < _FALLEN)
        for index in fallen:
            top = self._raise(int(index), top) + self._radii[index]
        return len(fallen) > 0

    def _middles(self) -> NDArray[np.float64]:
        poses = [self._pose(index) for index in range(len(self._radii))]
        return np.array([se3.transform(T, c[None])[0] for T, c in zip(poses, self._centres, strict=True)])

    def _moved_since(self, qpos: NDArray[np.float64]) -> float:
        """A bound of how far any point of any object has moved from the places before, metres."""
        before, now = qpos.reshape(-1, 7), self._data.qpos.reshape(-1, 7)
        shifts = np.linalg.norm(now[:, :3] - before[:, :3], axis=1)
        # Of two unit quaternions; q and -q are the same rotation.
        cosines = np.abs(np.einsum("ij,ij->i", now[:, 3:], before[:, 3:]))
        angles = 2.0 * np.arccos(np.clip(cosines, 0.0, 1.0))
        return float(np.max(shifts + 2.0 * np.array(self._radii) * angles))

    def _pose(self, index: int) -> se3.Matrix:
        x, y, z, qw, qx, qy, qz = self._data.qpos[7 * index : 7 * index + 7]
        return se3.from_rotation_translation(Rotation.from_quat([qx, qy, qz, qw]).as_matrix(), [x, y, z])


@contextmanager
def _no_log_file(mujoco: Any) -> Iterator[None]:
    """MuJoCo writes its warnings into the working folder; what they warn of is looked at here."""
    before = mujoco.get_mju_user_warning()
    mujoco.set_mju_user_warning(lambda _text: None)
    try:
        yield
    finally:
        mujoco.set_mju_user_warning(before)


def _mujoco() -> Any:
    try:
        import mujoco
    except ImportError as error:
        raise InvalidConfigError(
            "dropping objects: needs MuJoCo; install it with `pip install pose_nodes[synthetic]`"
        ) from error
    return mujoco


def convex_corners(mesh: TriangleMesh) -> NDArray[np.float64]:
    """(n, 3) corners of the convex hull of a mesh, as which it is dropped.

    Raises:
        InvalidMeshError: it has no volume.
    """
    try:
        return np.asarray(mesh.vertices[ConvexHull(mesh.vertices).vertices])
    except QhullError as error:
        raise InvalidMeshError("its mesh is flat, so that it has no weight; give it a volume") from error


def _hull(index: int, mesh: TriangleMesh) -> NDArray[np.float64]:
    try:
        return convex_corners(mesh)
    except InvalidMeshError as error:
        raise InvalidMeshError(f"object {index} of those to drop: {error}") from error


def _world(hulls: Sequence[NDArray[np.float64]], support: Support, config: DropConfig) -> str:
    """The scene in MuJoCo's XML; body k is object k, its frame that of the mesh."""
    root = ET.Element("mujoco")
    ET.SubElement(root, "option", timestep=str(_STEP), cone="elliptic", impratio="10")
    default = ET.SubElement(ET.SubElement(root, "default"), "geom")
    default.attrib.update(
        condim="6",
        friction=f"{config.friction} 0.002 {config.rolling_friction}",
        solref="0.008 1",
        solimp="0.99 0.999 0.0005",
        margin=str(config.clearance),
        density=str(config.density),
    )
    assets, world = ET.SubElement(root, "asset"), ET.SubElement(root, "worldbody")
    for centre, size in zip(support.centres, support.sizes, strict=True):
        ET.SubElement(world, "geom", type="box", pos=_text(centre), size=_text(size / 2))
    for index, hull in enumerate(hulls):
        ET.SubElement(assets, "mesh", name=f"hull{index}", vertex=_text(hull.ravel()), inertia="convex")
        body = ET.SubElement(world, "body", name=f"object{index}")
        ET.SubElement(body, "freejoint")
        ET.SubElement(body, "geom", type="mesh", mesh=f"hull{index}")
    return ET.tostring(root, encoding="unicode")


def _text(numbers: NDArray[np.float64]) -> str:
    return " ".join(f"{number:.9g}" for number in numbers)
