"""Presets of synthetic data sets: what is seen, from where, by which camera, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from pose_nodes.core.config import from_mapping, group, option
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.synthetic.datasets.category_choice import CategoriesConfig
from pose_nodes.synthetic.datasets.rooms_choice import RoomsConfig
from pose_nodes.synthetic.datasets.splits import SplitsConfig
from pose_nodes.synthetic.scenes.staging import ViewConfig
from pose_nodes.synthetic.scenes.tracking_videos import MOTIONS


@dataclass(frozen=True)
class ObjectsConfig:
    """The objects of the data set."""

    objects_file: str = option("", "an objects.yaml with the meshes to show; empty: procedural objects")
    open_meshes: bool = option(
        False, "take meshes of that file which are not watertight, as scans with holes"
    )
    families: str = option("", "procedural families, as 'generic_box, mug'; empty: all")
    count: int = option(
        20, "different procedural objects, by turns of the families", minimum=1, maximum=100_000
    )
    first_seed: int = option(0, "of the procedural objects", minimum=0)


@dataclass(frozen=True)
class ArrangementConfig:
    """Objects that lie together."""

    fewest: int = option(3, "objects of an arrangement", minimum=1, maximum=200)
    most: int = option(8, "objects of an arrangement", minimum=1, maximum=200)
    support: str = option("table", "what they are dropped on or into", choices=("table", "bin"))
    standing: float = option(
        0.0, "share of the objects that are put down with y up, as categories stand; the others are dropped",
        minimum=0.0, maximum=1.0,
    )  # fmt: skip
    images: int = option(10, "of each arrangement, from different sides", minimum=1, maximum=10_000)
    transparent: float = option(
        0.05, "share of the objects that are of clear glass, which depth cameras hardly see", minimum=0.0,
        maximum=1.0,
    )  # fmt: skip


@dataclass(frozen=True)
class CameraConfig:
    """Intrinsics of the camera."""

    width: int = option(640, "of the images", unit="pixels", minimum=16, maximum=8192)
    height: int = option(480, "of the images", unit="pixels", minimum=16, maximum=8192)
    fx: float = option(600.0, "focal length", unit="pixels", minimum=1.0, maximum=100_000.0)
    fy: float = option(600.0, "focal length", unit="pixels", minimum=1.0, maximum=100_000.0)
    cx: float = option(319.5, "principal point", unit="pixels", minimum=0.0, maximum=8192.0)
    cy: float = option(239.5, "principal point", unit="pixels", minimum=0.0, maximum=8192.0)

    def pinhole(self) -> PinholeCamera:
        """The intrinsics."""
        return PinholeCamera(self.fx, self.fy, self.cx, self.cy, self.width, self.height)


@dataclass(frozen=True)
class VideosConfig:
    """Videos instead of still images: each arrangement is one, of objects and a camera that move."""

    motions: str = option(
        "",
        f"by turns, as '{MOTIONS[0]}, {MOTIONS[-2]}'; all: every one; empty: still images",
    )
    seconds: float = option(6.0, "of each video", unit="s", minimum=0.1, maximum=600.0)
    rate: float = option(30.0, "of its images", unit="Hz", minimum=0.1, maximum=1000.0)

    def chosen(self) -> tuple[str, ...]:
        """The motions, one after the other; none for still images.

        Raises:
            InvalidConfigError: one is unknown.
        """
        names = tuple(name.strip() for name in self.motions.split(",") if name.strip())
        for name in names if names != ("all",) else ():
            if name not in MOTIONS:
                raise InvalidConfigError(
                    f"videos.motions: '{name}' is unknown; known are {', '.join(MOTIONS)}, and all"
                )
        return MOTIONS if names == ("all",) else names


@dataclass(frozen=True)
class SensorChoice:
    """What the exact picture is made of."""

    depth: str = option(
        "realsense",
        "model of the depth camera; exact: none",
        choices=("realsense", "structured_light", "exact"),
    )
    color: bool = option(True, "colour images as well; without them it is twice as fast")
    color_sensor: str = option(
        "realistic", "blur, exposure and noise of a colour camera, or the exact picture",
        choices=("realistic", "exact"),
    )  # fmt: skip


@dataclass(frozen=True)
class OutputConfig:
    """The layout on disk."""

    layout: str = option(
        "bop",
        "BOP scenes, tar shards of a BOP-webdataset, category folders as those of NOCS, or rooms with the "
        "infos of mmdetection3d",
        choices=("bop", "shards", "nocs", "indoor"),
    )
    split: str = option("train_pbr", "name of the split, of BOP scenes")
    samples_per_shard: int = option(1000, "of shards", minimum=1, maximum=100_000)
    depth_scale: float = option(
        0.1, "a unit of the depth images of BOP; 0.1 keeps tenths up to 6.5 m", unit="mm", minimum=0.01,
        maximum=10.0,
    )  # fmt: skip


@dataclass(frozen=True)
class DatasetConfig:
    """All options of a synthetic data set."""

    seed: int = option(0, "the same preset and seed give the same data", minimum=0)
    arrangements: int = option(10, "how many", minimum=1, maximum=10_000_000)
    objects: ObjectsConfig = group(ObjectsConfig, "the objects of the data set, in the layouts of BOP")
    categories: CategoriesConfig = group(CategoriesConfig, "the objects in the layout of NOCS")
    rooms: RoomsConfig = group(
        RoomsConfig, "the rooms of the indoor layout, in place of all below but splits"
    )
    splits: SplitsConfig = group(SplitsConfig, "parts of the data set, in the layouts of NOCS and indoor")
    arrangement: ArrangementConfig = group(ArrangementConfig, "objects that lie together")
    camera: CameraConfig = group(CameraConfig, "intrinsics of the camera")
    views: ViewConfig = group(ViewConfig, "where the camera is")
    videos: VideosConfig = group(VideosConfig, "videos instead of still images")
    sensor: SensorChoice = group(SensorChoice, "what the exact picture is made of")
    output: OutputConfig = group(OutputConfig, "the layout on disk")

    @property
    def images(self) -> int:
        """Of each arrangement; a room counts as one."""
        videos = self.videos
        if self.output.layout == "indoor":
            return 1
        return round(videos.seconds * videos.rate) if videos.motions.strip() else self.arrangement.images


def read_preset(path: Path) -> DatasetConfig:
    """A preset from a YAML file; what it leaves out keeps its default.

    Raises:
        InvalidConfigError: the file cannot be read, has an unknown key, or values that contradict each other.
    """
    try:
        values = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise InvalidConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidConfigError(f"{path}: is not valid YAML ({' '.join(str(error).split())})") from error
    if not isinstance(values, dict):
        raise InvalidConfigError(f"{path}: must be a mapping of options, such as 'arrangements: 10'")
    config = from_mapping(DatasetConfig, values, str(path))
    _check_order(
        path, "arrangement.fewest", config.arrangement.fewest, "arrangement.most", config.arrangement.most
    )
    _check_names(path, config)
    _check_layout(path, config)
    views = config.views
    _check_order(path, "views.nearest", views.nearest, "views.farthest", views.farthest)
    _check_order(path, "views.lowest", views.lowest, "views.highest", views.highest)
    return config


def _check_names(path: Path, config: DatasetConfig) -> None:
    try:
        config.videos.chosen()
        config.categories.chosen()
    except InvalidConfigError as error:
        raise InvalidConfigError(f"{path}: {error}") from error


def _check_layout(path: Path, config: DatasetConfig) -> None:
    """See that what is asked for exists in the layout."""
    splits = config.splits
    if splits.validation + splits.test > 1:
        raise InvalidConfigError(f"{path}: 'splits.validation' and 'splits.test' are more than 1 together")
    for name, is_refused in _refused(config).items():
        if is_refused:
            layout = config.output.layout
            raise InvalidConfigError(
                f"{path}: '{name}' does not go with 'output.layout: {layout}', which has {_CONTENTS[layout]}"
            )


_CONTENTS = {
    "nocs": "colour images of still arrangements of categories",
    "indoor": "clouds of procedural rooms",
}


def _refused(config: DatasetConfig) -> dict[str, bool]:
    """Options, and whether they ask for what the layout has not."""
    if config.output.layout not in _CONTENTS:
        return {}
    return {
        "objects.objects_file": bool(config.objects.objects_file),
        "videos.motions": bool(config.videos.motions.strip()),
        "sensor.color": config.output.layout == "nocs" and not config.sensor.color,
    }


def _check_order(path: Path, low_name: str, low: float, high_name: str, high: float) -> None:
    if low > high:
        raise InvalidConfigError(
            f"{path}: '{low_name}' is {low:g}, more than '{high_name}', which is {high:g}"
        )
