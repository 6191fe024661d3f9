"""What all tests share: ROS that stays on this machine, in a domain of this test process alone, and
recordings.

Recordings are imported when a test asks for them, so that others start fast.
"""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from pose_nodes.ros.domains import free_domain
from tools.ros_wheels.environment import loopback_transport

if TYPE_CHECKING:
    from torch import Tensor

    from pose_nodes.core.frame import Frame
    from pose_nodes.objects.library import ObjectLibrary
    from pose_nodes.objects.model import ObjectModel
    from pose_nodes.sequences.bop_scene import BopScene

# Before rclpy is imported for the first time; processes that tests start inherit it.
os.environ.update(loopback_transport())

# A shell starts what it puts into the background with Ctrl-C ignored, and processes inherit that: tests that
# interrupt what they started would wait for ever.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples in every run, however busy the machine is.
hypothesis.settings.register_profile("reproducible", deadline=None, derandomize=True)
hypothesis.settings.load_profile("reproducible")

_NEEDS_ROS = pytest.mark.skip(
    reason="rclpy cannot be imported: run `make setup`, or source a ROS installation"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked ``ros`` run in the process's own domain, and are skipped where there is no ROS."""
    ros_is_missing = importlib.util.find_spec("rclpy") is None
    for item in items:
        if item.get_closest_marker("ros"):
            item.add_marker(_NEEDS_ROS if ros_is_missing else pytest.mark.usefixtures("ros_domain_id"))


@pytest.fixture(scope="session")
def ros_domain_id() -> Iterator[int]:
    """A DDS domain that no other process uses, set as ``ROS_DOMAIN_ID`` for this process and its children."""
    before = os.environ.get("ROS_DOMAIN_ID")
    with free_domain() as domain:
        os.environ["ROS_DOMAIN_ID"] = str(domain)
        yield domain
    if before is None:
        del os.environ["ROS_DOMAIN_ID"]
    else:
        os.environ["ROS_DOMAIN_ID"] = before


@pytest.fixture(scope="session")
def bunny() -> BopScene:
    """The bundled recording: 36 views of a bunny, turned by about 10 degrees from one to the next."""
    from pose_nodes.demo_data import BUNNY_SCENE
    from pose_nodes.sequences.bop_scene import BopScene

    return BopScene(BUNNY_SCENE, rate_hz=10.0)


@pytest.fixture(scope="session")
def bunny_model(bunny) -> ObjectModel:
    return bunny.library()["bunny"]


@pytest.fixture(scope="session")
def desk_video() -> BopScene:
    """99 frames at 30 Hz of a dragon and a cube; the cube's poses are known modulo its 24 rotations."""
    from pose_nodes.sequences.bop_scene import BopScene

    folder = Path(__file__).resolve().parents[2] / "shared" / "data" / "desk_video"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data/desk_video, which is not bundled")
    return BopScene(folder, names={1: "dragon", 2: "cube"})


@pytest.fixture(scope="session")
def desk_library(desk_video) -> ObjectLibrary:
    """The dragon and the cube, whose sides differ by their print alone."""
    from pose_nodes.objects.library import ObjectLibrary
    from pose_nodes.objects.model import build_model

    dragon, cube = (desk_video.library()[name] for name in ("dragon", "cube"))
    return ObjectLibrary([dragon, build_model("cube", cube.mesh, "cube")])


@pytest.fixture(scope="session")
def die() -> ObjectModel:
    """A cube of 6 cm that looks the same from all sides."""
    import numpy as np
    import trimesh

    from pose_nodes.objects.mesh import TriangleMesh
    from pose_nodes.objects.model import build_model

    box = trimesh.creation.box([0.06] * 3)
    return build_model("die", TriangleMesh(np.asarray(box.vertices), np.asarray(box.faces, np.int32)), "cube")


@pytest.fixture(scope="session")
def dinov2_weights() -> Callable[..., dict]:
    """Makes a state dict of DINOv2 of random numbers under the published names, written from their list."""
    torch = pytest.importorskip("torch")

    def make(channels: int = 32, blocks: int = 2, gated: bool = False, registers: bool = False) -> dict:
        generator = torch.Generator().manual_seed(0)

        def random(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=generator) / shape[-1] ** 0.5

        def linear(name: str, inputs: int, outputs: int) -> dict:
            return {f"{name}.weight": random(outputs, inputs), f"{name}.bias": 0.1 * random(outputs)}

        def norm(name: str) -> dict:
            return {
                f"{name}.weight": 1.0 + 0.1 * random(channels),
                f"{name}.bias": 0.1 * random(channels),
            }

        weights = {
            "cls_token": random(1, 1, channels),
            "pos_embed": 0.2 * random(1, 1370, channels),
            "mask_token": random(1, channels),
            "patch_embed.proj.weight": random(channels, 3, 14, 14) / 14.0,
            "patch_embed.proj.bias": 0.1 * random(channels),
            **norm("norm"),
        }
        if registers:
            weights["register_tokens"] = random(1, 4, channels)
        inner = -(-int(8 * channels / 3) // 8) * 8
        for block in range(blocks):
            name = f"blocks.{block}"
            weights |= norm(f"{name}.norm1") | norm(f"{name}.norm2")
            weights |= linear(f"{name}.attn.qkv", channels, 3 * channels)
            weights |= linear(f"{name}.attn.proj", channels, channels)
            weights |= {f"{name}.{scale}.gamma": 0.3 + 0.1 * random(channels) for scale in ("ls1", "ls2")}
            if gated:
                weights |= linear(f"{name}.mlp.w12", channels, 2 * inner)
                weights |= linear(f"{name}.mlp.w3", inner, channels)
            else:
                weights |= linear(f"{name}.mlp.fc1", channels, 4 * channels)
                weights |= linear(f"{name}.mlp.fc2", 4 * channels, channels)
        return weights

    return make


@pytest.fixture(scope="session")
def tiny_dinov2(dinov2_weights, tmp_path_factory) -> Path:
    """A checkpoint of the smallest DINOv2, of random numbers, as the published files are written."""
    torch = pytest.importorskip("torch")

    path = tmp_path_factory.mktemp("weights") / "dinov2_tiny_pretrain.pth"
    torch.save(dinov2_weights(), path)
    return path


@pytest.fixture(scope="session")
def painted_box() -> ObjectModel:
    """A box of 8 x 8 x 8 cm whose six sides have six colours; the same from all sides to a depth camera."""
    import numpy as np
    import trimesh

    from pose_nodes.objects.mesh import TriangleMesh
    from pose_nodes.objects.model import build_model

    box = trimesh.creation.box([0.08] * 3)
    sides = {
        (1, 0, 0): (230, 30, 30), (-1, 0, 0): (30, 220, 40), (0, 1, 0): (40, 60, 235),
        (0, -1, 0): (240, 230, 30), (0, 0, 1): (235, 40, 230), (0, 0, -1): (235, 235, 235),
    }  # fmt: skip
    colors = [sides[tuple(np.rint(normal).astype(int))] for normal in box.face_normals]
    mesh = TriangleMesh(
        np.asarray(box.vertices)[box.faces.ravel()],
        np.arange(36, dtype=np.int32).reshape(-1, 3),
        np.repeat(np.array(colors, np.uint8), 3, axis=0),
    )
    return build_model("painted_box", mesh, "cube")


@pytest.fixture(scope="session")
def staged() -> Callable[..., tuple[Frame, list]]:
    """Makes a frame of objects before a wall at 1.2 m from (model, pose) pairs, with the mask of each object.

    Depth has noise of a millimetre.
    """
    import numpy as np

    from pose_nodes.core.frame import Frame
    from pose_nodes.geometry.camera import PinholeCamera
    from pose_nodes.rendering.depth import DepthRenderer

    camera = PinholeCamera(300.0, 300.0, 159.5, 119.5, 320, 240)
    renderers: dict[str, DepthRenderer] = {}

    def stage(*objects, stamp_ns: int = 0) -> tuple[Frame, list[np.ndarray]]:
        depth = np.full(camera.shape, 1.2, np.float32)
        rendered = []
        for model, T_camera_object in objects:
            renderer = renderers.setdefault(model.name, DepthRenderer(model.mesh))
            rendered.append(renderer.render(T_camera_object, camera))
            depth = np.fmin(depth, rendered[-1])
        masks = [one == depth for one in rendered]
        noise = np.random.default_rng(stamp_ns).normal(0, 0.001, camera.shape)
        return Frame(stamp_ns, "camera", camera, (depth + noise).astype(np.float32)), masks

    return stage
