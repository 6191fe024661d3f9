"""The options of the tracker by their dotted names."""

from __future__ import annotations

import pytest

from pose_nodes.core.config import flatten, from_mapping, to_mapping
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.tracking.config import TrackerConfig


def test_the_defaults_are_valid_and_survive_the_way_through_a_file():
    assert from_mapping(TrackerConfig, to_mapping(TrackerConfig())) == TrackerConfig()


def test_every_option_is_explained():
    assert all(option.info.help for option in flatten(TrackerConfig))


def test_the_options_of_the_estimator_are_options_of_the_tracker():
    config = from_mapping(TrackerConfig, {"instance.warm.points": 500, "states": {"frames_to_lose": 3}})
    assert config.instance.warm.points == 500 and config.states.frames_to_lose == 3


def test_a_misspelt_option_is_told_the_nearest_one():
    with pytest.raises(
        InvalidConfigError, match=r"'states.frames_to_loose'.*did you mean 'states.frames_to_lose'"
    ):
        from_mapping(TrackerConfig, {"states.frames_to_loose": 3})
