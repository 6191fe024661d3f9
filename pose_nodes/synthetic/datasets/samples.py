"""The images of one arrangement: of a still scene from different sides, or of a video."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import numpy as np

from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.synthetic.datasets.arrangement import DatasetObject, Sample, sensors, take_images
from pose_nodes.synthetic.datasets.config import DatasetConfig
from pose_nodes.synthetic.scenes.shading import random_light
from pose_nodes.synthetic.scenes.tracking_videos import CLUTTER, tracking_video
from pose_nodes.synthetic.scenes.videos import Video


def take_samples(config: DatasetConfig, objects: Sequence[DatasetObject], number: int) -> Iterator[Sample]:
    """The images of one arrangement; the same for the same preset, objects and number.

    Args:
        config: the preset.
        objects: of the data set.
        number: of the arrangement, from 0.

    Raises:
        InvalidConfigError: a motion is unknown.
        InvalidInputError: the objects do not come to rest.
    """
    if not config.videos.chosen():
        yield from take_images(config, objects, number)
        return
    video = video_of(config, objects, number)
    for index in range(len(video)):
        shown = video.render(index)
        visible = [shown.rendering.visible_mask(label) for label in shown.labels]
        silhouettes = [shown.rendering.amodal_mask(label) for label in shown.labels]
        yield Sample(shown.recorded.frame, shown.recorded.truths, visible, silhouettes)


def video_of(config: DatasetConfig, objects: Sequence[DatasetObject], number: int) -> Video:
    """The video that an arrangement is; arguments and errors as of `take_samples`."""
    motions = config.videos.chosen()
    motion, rng = motions[number % len(motions)], np.random.default_rng([config.seed, number])
    most = config.arrangement.most if motion == CLUTTER else 1
    chosen = rng.permutation(len(objects))[:most]
    return tracking_video(
        motion,
        [_model(objects[index].name, objects[index].mesh) for index in chosen],
        config.camera.pinhole(),
        int(rng.integers(2**31)),
        config.videos.seconds,
        config.videos.rate,
        sensors(config.sensor),
        random_light(rng) if config.sensor.color else None,
    )


@functools.lru_cache(maxsize=256)
def _model(name: str, mesh: TriangleMesh) -> ObjectModel:
    return build_model(name, mesh)
