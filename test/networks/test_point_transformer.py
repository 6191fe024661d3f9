"""The way through the network, where the published code goes another way than its figure shows."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from pose_nodes.networks.point_batch import PointBatch
from pose_nodes.networks.point_transformer import PointTransformer, PointTransformerConfig
from pose_nodes.networks.voxel_level import voxelise


def run_of_the_decoder(egg, inputs):
    """Inputs and outputs of the parts of the only stage of a decoder of two blocks."""
    torch.manual_seed(0)
    network = PointTransformer(
        PointTransformerConfig(
            inputs=inputs, encoder_depths=(1, 1), encoder_channels=(8, 16), encoder_heads=(1, 2),
            decoder_depths=(2,), decoder_channels=(8,), decoder_heads=(1,), window=32, norm="layer",
        )
    ).eval()  # fmt: skip
    points, normals = egg(200, 0)
    batch = PointBatch(points, None if inputs else normals, torch.tensor([200]))
    level, _ = voxelise(batch, 0.1, network.config.curves)
    stage, seen = network.decoder[0], {}
    first, second = stage.blocks
    for name, part in (
        ("unpooling", stage.change), ("first", first.position), ("second", second.position),
        ("block", first),
    ):  # fmt: skip
        part.register_forward_hook(
            lambda _, given, made, name=name: seen.update({name: (given[0].detach(), made)})
        )
    with torch.no_grad():
        network(level.centres if inputs else None, level)
    return seen


def test_after_unpooling_the_first_convolution_sees_the_part_of_the_way_down_as_published(egg):
    seen = run_of_the_decoder(egg, inputs=3)
    fine, above = seen["unpooling"][1]
    assert above.abs().max() > 0.1
    assert (seen["first"][0] == fine).all()
    assert (seen["block"][0] == fine + above).all()
    assert (seen["second"][0] == seen["block"][1]).all()


def test_in_training_every_curve_is_used_at_the_finest_resolution_and_else_the_first(egg):
    torch.manual_seed(0)
    network = PointTransformer(
        PointTransformerConfig(
            encoder_depths=(1, 1), encoder_channels=(8, 16), encoder_heads=(1, 2),
            decoder_depths=(1,), decoder_channels=(8,), decoder_heads=(1,), window=32, norm="layer",
        )
    )  # fmt: skip
    points, _ = egg(200, 0)
    level, _ = voxelise(PointBatch(points, None, torch.tensor([200])), 0.1, network.config.curves)
    used = []
    network.encoder[0].blocks[0].register_forward_hook(
        lambda _, given, __: used.append((level.codes == given[1].codes[0]).all(dim=1).tolist().index(True))
    )
    for _ in range(40):
        network(level.centres, level)
    assert set(used) == {0, 1, 2, 3}
    used.clear()
    network.eval()(level.centres, level)
    assert used == [0]


def test_after_unpooling_networks_on_point_pairs_see_the_sum(egg):
    seen = run_of_the_decoder(egg, inputs=0)
    fine, above = seen["unpooling"][1]
    assert (seen["first"][0] == fine + above).all()
