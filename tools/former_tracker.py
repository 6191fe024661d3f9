"""Score the tracker of an earlier revision of this repository on the synthetic videos of `bench`.

    python tools/former_tracker.py 94c0abf out/bench/videos [--every 6]

The revision is checked out beside, runs on the videos with masks of the first image and then of every N-th,
and what it says is scored by the metrics of today. 94c0abf has the first tracker that was whole.
"""

from __future__ import annotations

import argparse
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

WORKER = "--worker"


def worker(video: str, every: int, out: str) -> None:
    """Run in the earlier revision: track one video, and write down what it says of each image."""
    from pose_nodes.sequences.bop_scene import BopScene
    from pose_nodes.tracking import tracker as module
    from pose_nodes.tracking.config import TrackerConfig
    from pose_nodes.tracking.tracker import Tracker

    if not Path(module.__file__).is_relative_to(Path.cwd()):
        raise SystemExit(f"{module.__file__} is not of the revision; leave PYTHONPATH alone")
    scene = BopScene(Path(video) / "test" / "000001", rate_hz=30.0)
    tracker = Tracker(scene.library(), TrackerConfig())
    told: list[list[dict[str, Any]]] = []
    for index in range(len(scene)):
        recorded = scene[index]
        segments = [s for s in recorded.segments if s.class_name in scene.library().names]
        tracks = tracker.update(recorded.frame, segments if index % every == 0 else [])
        told.append([_plain(track) for track in tracks])
    Path(out).write_bytes(pickle.dumps(told))


def _plain(track: Any) -> dict[str, Any]:
    estimate = track.estimate
    return {
        "id": track.id,
        "class_name": track.class_name,
        "state": track.state.name,
        "T": None if estimate is None else estimate.T_camera_object,
        "covariance": None if estimate is None else estimate.covariance,
    }


def score(video: Path, told: list[list[dict[str, Any]]]) -> Any:
    """Sums of `metrics.following` over one video."""
    from pose_nodes.core.track import TrackState
    from pose_nodes.metrics.following import FollowingScore
    from pose_nodes.sequences.bop_scene import BopScene

    scene = BopScene(video / "test" / "000001", rate_hz=30.0)
    following = FollowingScore(scene.library())
    for index, tracks in enumerate(told):
        recorded = scene[index]
        posed = [
            SimpleNamespace(
                id=track["id"],
                class_name=track["class_name"],
                state=TrackState[track["state"]],
                estimate=None
                if track["T"] is None
                else SimpleNamespace(T_camera_object=track["T"], covariance=track["covariance"]),
            )
            for track in tracks
        ]
        following.add(1e-9 * recorded.frame.stamp_ns, posed, recorded.truths)  # type: ignore[arg-type]
    return following.summary()


def main() -> None:
    """Check out, run and score; a line for each video, and the sums."""
    from pose_nodes.metrics.following import Following

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("revision")
    parser.add_argument("videos", type=Path)
    parser.add_argument("--every", type=int, default=6, help="images from one with masks to the next")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        subprocess.run(["git", "worktree", "add", "--detach", str(tree), options.revision], check=True)
        try:
            results = []
            for video in sorted(path.parent for path in options.videos.glob("*/video.json")):
                out = Path(folder) / "told.pickle"
                command = [sys.executable, str(Path(__file__).resolve()), WORKER]
                environment = {**os.environ, "PYTHONPATH": str(tree)}
                arguments = [str(video.resolve()), str(options.every), str(out)]
                subprocess.run([*command, *arguments], check=True, cwd=tree, env=environment)
                told = pickle.loads(out.read_bytes())  # our own file
                results.append(score(video, told))
                print(video.name, _line(results[-1]), flush=True)
            print("all", _line(Following.pooled(results)))
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], check=True)


def _line(following: Any) -> str:
    return (
        f"within {following.within:.1%} of {following.frames}, false confident {following.false_confident}, "
        f"out of view {following.out_of_view}, swaps {following.swaps}, left lost {following.left_lost}, "
        f"recovered {len(following.recoveries)}, square {following.normalised_square:.1f}"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == [WORKER]:
        worker(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        main()
