"""Presets read from YAML."""

from __future__ import annotations

import pytest

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.synthetic.datasets.config import DatasetConfig, read_preset


def write(folder, text: str):
    path = folder / "preset.yaml"
    path.write_text(text)
    return path


def test_the_file_with_every_option_is_the_default(repository):
    assert read_preset(repository / "config" / "synth.yaml") == DatasetConfig()


def test_an_empty_preset_is_the_default_and_what_is_given_counts(tmp_path):
    assert read_preset(write(tmp_path, "")) == DatasetConfig()
    given = read_preset(write(tmp_path, "arrangements: 3\ncamera: {width: 320, fx: 300}\n"))
    assert (given.arrangements, given.camera.width, given.camera.fx) == (3, 320, 300.0)
    assert given.camera.height == DatasetConfig().camera.height


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("arangements: 3", "unknown key 'arangements'; did you mean 'arrangements'"),
        ("arrangement: {support: shelf}", "allowed are table, bin"),
        ("arrangements: 0", "must be from 1"),
        ("arrangements: many", "must be of type int"),
        (
            "arrangement: {fewest: 9, most: 3}",
            "'arrangement.fewest' is 9, more than 'arrangement.most', which is 3",
        ),
        ("views: {nearest: 3.0}", "'views.nearest' is 3, more than 'views.farthest', which is 1.1"),
        ("views: {lowest: 1.4}", "'views.lowest' is 1.4"),
        ("output: {layout: coco}", "allowed are bop, shards, nocs, indoor"),
        (
            "categories: {names: 'mug, goblet'}",
            "categories.names: 'goblet' is unknown; known are bottle, bowl",
        ),
        ("splits: {validation: 0.7, test: 0.6}", "'splits.validation' and 'splits.test' are more than 1"),
        ("{output: {layout: nocs}, sensor: {color: false}}", "'sensor.color' does not go with"),
        ("{output: {layout: nocs}, videos: {motions: all}}", "'videos.motions' does not go with"),
        (
            "{output: {layout: nocs}, objects: {objects_file: a.yaml}}",
            "'objects.objects_file' does not go with",
        ),
        ("{output: {layout: indoor}, videos: {motions: all}}", "which has clouds of procedural rooms"),
        ("rooms: {style: castle}", "allowed are scannet, sunrgbd, s3dis"),
        ("rooms: {headings: left}", "allowed are clockwise, counterclockwise"),
        ("- 3", "must be a mapping"),
        ("a: [", "is not valid YAML"),
    ],
)
def test_a_mistake_is_told_with_the_file(tmp_path, text, sentence):
    with pytest.raises(InvalidConfigError) as error:
        read_preset(write(tmp_path, text))
    assert "preset.yaml" in str(error.value) and sentence in str(error.value)


def test_a_missing_preset_is_told(tmp_path):
    with pytest.raises(InvalidConfigError, match="cannot be read"):
        read_preset(tmp_path / "nowhere.yaml")
