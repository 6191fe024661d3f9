"""Data sets of category instances in the layout of NOCS, by split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from pose_nodes.geometry import se3
from pose_nodes.sequences.category_frame import CategoryInstance
from pose_nodes.sequences.nocs_dataset import NocsDataset, write_dataset_file
from pose_nodes.sequences.nocs_models import is_written
from pose_nodes.sequences.nocs_writer import NocsSceneWriter, scene_folder
from pose_nodes.synthetic.datasets.arrangement import View, take_views
from pose_nodes.synthetic.datasets.category_choice import CATEGORY_NAMES
from pose_nodes.synthetic.datasets.category_objects import CategoryModel, LazyObjects, models_of
from pose_nodes.synthetic.datasets.config import DatasetConfig
from pose_nodes.synthetic.datasets.handles import HANDLED, shows_handle
from pose_nodes.synthetic.datasets.reports import OnModel, no_report
from pose_nodes.synthetic.datasets.splits import assigned
from pose_nodes.synthetic.datasets.workers import Workers
from pose_nodes.synthetic.scenes.canonical import nocs_map


@dataclass(frozen=True)
class _Scene:
    """One arrangement: its number, its split, and its number there."""

    number: int
    split: str
    index: int


def write_nocs(
    config: DatasetConfig, dataset: Path, workers: int, on_model: OnModel = no_report
) -> Iterator[int]:
    """Write the models and scenes that are not there yet; see `writing.write_dataset`."""
    models = [model for split in config.splits.used() for model in models_of(config.categories, split)]
    missing = [model for model in models if not is_written(model.folder(dataset))]
    with Workers(workers) as pool:
        made = pool.in_order(partial(_write_model, dataset), missing)
        for done, _ in enumerate(made, len(models) - len(missing) + 1):
            on_model(done, len(models))
        write_dataset_file(dataset, NocsDataset(CATEGORY_NAMES, config.camera.pinhole()))
        yield from _write_scenes(config, dataset, pool)


def _write_scenes(config: DatasetConfig, dataset: Path, pool: Workers) -> Iterator[int]:
    plan = assigned(config.splits, config.arrangements)
    scenes = [_Scene(number, split, index) for number, (split, index) in enumerate(plan)]
    missing = [one for one in scenes if not scene_folder(dataset, one.split, one.index).exists()]
    done = len(scenes) - len(missing)
    yield done
    for _ in pool.in_order(partial(_write_scene, config, dataset), missing):
        done += 1
        yield done


def _write_model(dataset: Path, model: CategoryModel) -> None:
    model.write(dataset)


def _write_scene(config: DatasetConfig, dataset: Path, one: _Scene) -> None:
    models = models_of(config.categories, one.split)
    categories = {model.name: model.category for model in models}
    with NocsSceneWriter(dataset, one.split, one.index, CATEGORY_NAMES) as writer:
        for view in take_views(config, LazyObjects(models, dataset), one.number):
            writer.add(view.frame, instances_of(view, categories))


def instances_of(view: View, categories: Mapping[str, str]) -> list[CategoryInstance]:
    """What a view tells of its objects, whose meshes have the canonical frame.

    Args:
        view: with the exact rendering.
        categories: by the names of the objects.
    """
    nocs = nocs_map(view.rendering, view.scene, view.T_world_camera) - np.float32(0.5)
    T_camera_world = se3.inverse(view.T_world_camera)
    instances = []
    for label, one in enumerate(view.scene.objects, 1):
        category = categories[one.class_name]
        visible = category not in HANDLED or shows_handle(view.rendering, label, one.mesh)
        instances.append(
            CategoryInstance(
                category,
                one.class_name,
                label,
                view.rendering.visible_mask(label),
                nocs,
                T_camera_world @ one.T_world_object,
                one.mesh.diagonal,
                np.ptp(one.mesh.vertices, axis=0),
                visible,
            )
        )
    return instances
