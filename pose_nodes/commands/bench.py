"""bench: measures what the package is asked to be fast at; writes OUT/bench.json and OUT/bench.md."""

from __future__ import annotations

import os
import platform
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pose_nodes import __version__
from pose_nodes.commands.bench_camera_rate import camera_rate_tables, measure_camera_rate
from pose_nodes.commands.bench_cold_starts import cold_start_table, measure_cold_starts, stage_table
from pose_nodes.commands.bench_data import BenchRecording, bench_recordings, default_data_folder
from pose_nodes.commands.bench_desk import desk_tables, measure_desk
from pose_nodes.commands.bench_endurance import endurance_table, measure_endurance
from pose_nodes.commands.bench_jitter import jitter_table, measure_jitter
from pose_nodes.commands.bench_networks import measure_networks, network_tables
from pose_nodes.commands.bench_objects import measure_objects, objects_table
from pose_nodes.commands.bench_ransac import INLIER_SHARES, measure_ransac, ransac_table
from pose_nodes.commands.bench_registration import TRIALS, measure_registration, registration_tables
from pose_nodes.commands.bench_synthetic import frames_table, measure_frames
from pose_nodes.commands.bench_transport import (
    latency_table,
    measure_latency,
    measure_transport,
    transport_table,
)
from pose_nodes.commands.bench_update import measure_updates, update_tables
from pose_nodes.commands.bench_videos import (
    OBJECTS,
    measure_videos,
    video_plans,
    video_section,
    video_tables,
)
from pose_nodes.commands.mask_choice import MaskChoice
from pose_nodes.commands.parser import CommandParser, integer, positive
from pose_nodes.commands.recordings import open_recording
from pose_nodes.commands.tables import TextTable, show
from pose_nodes.commands.tracking_run import TrackingRun
from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.sequences.files import plain, write_json, write_text

DONE = 0
Measured = tuple[Any, list[TextTable]]


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: ROS is missing, a node failed, or a recording cannot be used.
    """
    options = _parser().parse_args(arguments)
    if options.data is not None and not options.data.is_dir():
        raise InvalidDatasetError(f"--data {options.data}: no such folder")
    recordings = bench_recordings(options.data or default_data_folder(), options.out)
    values: dict[str, Any] = {"version": __version__, "machine": machine()}
    tables: list[TextTable] = []
    for name in options.sections:
        values[name], measured = SECTIONS[name](recordings, options)
        tables += measured
        for table in measured:
            show(table)
        # After each section, so that an interruption leaves what was measured.
        write_json(options.out / "bench.json", plain(values))
        write_text(options.out / "bench.md", _markdown(values["machine"], tables))
    print(f"written to {options.out / 'bench.md'} and {options.out / 'bench.json'}")
    return DONE


def _parser() -> CommandParser:
    parser = CommandParser(
        "pose_nodes bench",
        "Measure transport, latency, cold starts, tracking, and synthetic data.\n"
        "Writes OUT/bench.json and OUT/bench.md.",
    )
    parser.add_argument(
        "--sections", nargs="+", choices=list(SECTIONS), default=list(SECTIONS), metavar="SECTION",
        help=f"of {', '.join(SECTIONS)}; default: all",
    )  # fmt: skip
    parser.add_argument(
        "--data",
        type=Path,
        help="folder with further data sets (desk_video); default: ../shared/data if there",
    )
    parser.add_argument(
        "--seconds", type=positive, default=60.0, help="of transport, latency and camera_rate; default: 60"
    )
    parser.add_argument(
        "--endurance", type=positive, default=600.0, metavar="SECONDS", help="of endurance; default: 600"
    )
    parser.add_argument("--seeds", type=integer(1), default=5, help="of cold starts; default: %(default)s")
    parser.add_argument("--trials", type=integer(1), default=10, help="of ransac; default: %(default)s")
    parser.add_argument(
        "--inliers", type=positive, nargs="+", default=list(INLIER_SHARES), metavar="SHARE",
        help="of ransac: shares of right matches; default: %(default)s",
    )  # fmt: skip
    parser.add_argument(
        "--starts", type=integer(1), default=TRIALS,
        help="of registration, for each shape and distance; default: %(default)s",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=integer(0), default=0, help="of tracking, desk_video and ransac; default: %(default)s"
    )
    parser.add_argument(
        "--video-objects", type=integer(1), default=len(OBJECTS), metavar="N",
        help="of synthetic videos: each motion with N objects, at most and by default %(default)s",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="default: %(default)s")
    return parser


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
    }


def _processor() -> str:
    """The model name of the first core; the architecture where the system does not tell it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _transport(recordings: Sequence[BenchRecording], options: Namespace) -> Measured:
    section = measure_transport(recordings[0], options.seconds, options.out / "nodes")
    return section, [transport_table(section)]


def _latency(recordings: Sequence[BenchRecording], options: Namespace) -> Measured:
    sections = [measure_latency(each, options.seconds, options.out / "nodes") for each in recordings]
    return sections, [latency_table(sections)]


def _camera_rate(_recordings: Sequence[BenchRecording], options: Namespace) -> Measured:
    section = measure_camera_rate(options.seconds, options.out)
    return section, camera_rate_tables(section)


def _cold_starts(recordings: Sequence[BenchRecording], options: Namespace) -> Measured:
    reports = []
    for each in recordings:
        scene, library = open_recording(each.scene, each.objects_file, each.rate_hz)
        reports += measure_cold_starts(scene, library, each.every, options.seeds)
    return reports, [cold_start_table(reports), stage_table(reports)]


def _ransac(recordings: Sequence[BenchRecording], options: Namespace) -> Measured:
    library = ObjectLibrary.from_file(recordings[0].objects_file)
    figures = list(measure_ransac(library[library.names[0]], options.inliers, options.trials, options.seed))
    return [each.plain() for each in figures], [ransac_table(figures)]


def _registration(_recordings: Sequence[BenchRecording], options: Namespace) -> Measured:
    figures = measure_registration(options.starts)
    return [each.plain() for each in figures], registration_tables(figures)


def _networks(recordings: Sequence[BenchRecording], _options: Namespace) -> Measured:
    library = ObjectLibrary.from_file(recordings[0].objects_file)
    measured = measure_networks(library[library.names[0]])
    return [each.plain() for each in measured], network_tables(measured)


def _update(recordings: Sequence[BenchRecording], options: Namespace) -> Measured:
    measured = measure_updates(recordings, options.out / "videos")
    return [each.plain() for each in measured], update_tables(measured)


def _objects(_recordings: Sequence[BenchRecording], _options: Namespace) -> Measured:
    measured = measure_objects()
    return [each.plain() for each in measured], [objects_table(measured)]


def _endurance(_recordings: Sequence[BenchRecording], options: Namespace) -> Measured:
    measured = measure_endurance(options.endurance, options.out / "videos")
    return measured.plain(), [endurance_table(measured)]


def _tracking(recordings: Sequence[BenchRecording], options: Namespace) -> Measured:
    sections, tables = [], []
    for each in recordings:
        scene, library = open_recording(each.scene, each.objects_file, each.rate_hz)
        for masks in ("first", "all"):
            run = TrackingRun(scene, library, MaskChoice.parse(masks), options.seed)
            for _frame in run.frames():
                pass
            sections.append({"masks": masks, **run.summary()})
            tables.append(run.table(f"masks: {masks}"))
    return sections, tables


def _desk_video(recordings: Sequence[BenchRecording], options: Namespace) -> Measured:
    figures = measure_desk(recordings, options.seed)
    return [plain(each.plain()) for each in figures], desk_tables(figures)


def _jitter(recordings: Sequence[BenchRecording], options: Namespace) -> Measured:
    figures = measure_jitter(recordings, options.out / "videos")
    return [each.plain() for each in figures], [jitter_table(figures)]


def _synthetic(_recordings: Sequence[BenchRecording], _options: Namespace) -> Measured:
    section = measure_frames()
    return section, [frames_table(section)]


def _synthetic_videos(recordings: Sequence[BenchRecording], options: Namespace) -> Measured:
    results = measure_videos(video_plans(options.video_objects), options.out / "videos", options.seed)
    return video_section(results), video_tables(results)


SECTIONS: Mapping[str, Callable[[Sequence[BenchRecording], Namespace], Measured]] = {
    "transport": _transport,
    "latency": _latency,
    "camera_rate": _camera_rate,
    "cold_starts": _cold_starts,
    "ransac": _ransac,
    "registration": _registration,
    "networks": _networks,
    "update": _update,
    "objects": _objects,
    "endurance": _endurance,
    "tracking": _tracking,
    "desk_video": _desk_video,
    "jitter": _jitter,
    "synthetic_videos": _synthetic_videos,
    "synthetic": _synthetic,
}


def _markdown(measured_on: Mapping[str, Any], tables: Sequence[TextTable]) -> str:
    processor, cores, python = (measured_on[key] for key in ("processor", "cores", "python"))
    head = f"Measured on {processor}, {cores} cores, Python {python}.\n"
    return "\n".join([head, *(table.markdown() for table in tables)])
