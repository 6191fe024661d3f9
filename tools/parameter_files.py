"""Writes config/tracker.yaml, config/player.yaml and config/synth.yaml from the configuration classes.

    python tools/parameter_files.py

To be run after an option was added, changed or removed; a test holds the files to the classes.
"""

from __future__ import annotations

from pathlib import Path

from pose_nodes.core.option_file import render_option_file
from pose_nodes.ros.config import TrackerNodeConfig
from pose_nodes.ros.parameter_file import render_parameter_file
from pose_nodes.ros.player_config import PlayerConfig
from pose_nodes.synthetic.datasets.config import DatasetConfig

CONFIG = Path(__file__).parents[1] / "config"

HEADINGS = {
    "tracker.yaml": (
        TrackerNodeConfig,
        "Every parameter of tracker_node with its default. Copy this file, keep what you change, and give it "
        "as params_file:=… to tracker.launch.py. Written by tools/parameter_files.py.",
    ),
    "player.yaml": (
        PlayerConfig,
        "Every parameter of player_node with its default. Written by tools/parameter_files.py.",
    ),
}

SYNTH_HEADING = (
    "A preset of `python -m pose_nodes synth --preset …` with every option at its default. Copy it and keep "
    "what you change. Written by tools/parameter_files.py."
)


def render_all() -> dict[Path, str]:
    """The text of each parameter file, by its path."""
    files = {CONFIG / name: render_parameter_file(cls, heading) for name, (cls, heading) in HEADINGS.items()}
    return {**files, CONFIG / "synth.yaml": render_option_file(DatasetConfig, SYNTH_HEADING)}


def main() -> None:
    """Write all parameter files."""
    for path, text in render_all().items():
        path.write_text(text)
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
