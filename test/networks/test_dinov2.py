"""DINOv2: what its parts compute, and what they must not mix up."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch.nn.functional import interpolate, layer_norm

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.networks.dinov2 import Dinov2, Dinov2Config
from pose_nodes.networks.gated_perceptron import GatedPerceptron
from pose_nodes.networks.image_attention import ImageAttention
from pose_nodes.networks.position_grid import TRAINED_SIDE, PositionGrid


def network(size="tiny", registers=False, seed=0):
    torch.manual_seed(seed)
    made = Dinov2(Dinov2Config(size, registers)).eval()
    with torch.no_grad():
        for value in made.parameters():
            value.add_(0.1 * torch.randn_like(value))
    return made


def images(count=1, height=56, width=70, seed=1):
    return torch.randn(count, 3, height, width, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("registers", [False, True])
@pytest.mark.parametrize("size", ["tiny", "tiny_gated"])
def test_every_patch_gets_a_token(size, registers):
    made = network(size, registers)
    with torch.inference_mode():
        tokens = made(images(2))
    assert tokens.shape == (2, 4, 5, made.channels) and torch.isfinite(tokens).all()


def test_an_image_has_the_same_tokens_in_any_batch():
    made, batch = network(), images(3)
    with torch.inference_mode():
        torch.testing.assert_close(made(batch)[1:2], made(batch[1:2]))


def test_a_change_in_one_patch_changes_the_tokens_of_that_row_and_column_most():
    made, plain = network(), images()
    marked = plain.clone()
    marked[..., 14:28, 42:56] += 3.0
    with torch.inference_mode():
        change = (made(marked) - made(plain)).norm(dim=3)[0]
    assert change.argmax() == 1 * 5 + 3


def test_an_earlier_block_ends_with_the_last_norm_as_the_published_helper_does():
    made, batch = network(), images()
    with torch.inference_mode():
        tokens = made.blocks[0](made._tokens(batch, 4, 5))
        expected = layer_norm(tokens, (32,), made.norm.weight, made.norm.bias, 1e-6)[:, 1:]
        torch.testing.assert_close(made(batch, 1).flatten(1, 2), expected)
        torch.testing.assert_close(made(batch, 2), made(batch))


def test_registers_have_no_place():
    made = network(registers=True)
    with torch.inference_mode():
        tokens = made._tokens(images(), 4, 5)
        torch.testing.assert_close(tokens[:, 1:5], made.registers)
        torch.testing.assert_close(tokens[:, 0], made.class_token[:, 0] + made.position.vectors[:, 0])


def test_attention_is_softmax_over_scaled_products_head_by_head():
    torch.manual_seed(0)
    layer, tokens = ImageAttention(8, 2), torch.randn(1, 5, 8)
    query, key, value = layer.qkv(tokens)[0].split(8, dim=1)
    heads = []
    for head in (slice(0, 4), slice(4, 8)):
        scores = (query[:, head] @ key[:, head].T / 2.0).softmax(dim=1)
        heads.append(scores @ value[:, head])
    torch.testing.assert_close(layer(tokens)[0], layer.projection(torch.cat(heads, dim=1)))


def test_the_gate_is_the_first_half():
    torch.manual_seed(0)
    layer, features = GatedPerceptron(1536, 4.0), torch.randn(3, 1536)
    assert layer.inner == 4096
    gate, value = layer.first(features)[:, :4096], layer.first(features)[:, 4096:]
    torch.testing.assert_close(layer(features), layer.second(gate * gate.sigmoid() * value))


def test_positions_of_the_trained_size_are_taken_as_they_are():
    grid = PositionGrid(4, antialias=False)
    assert torch.equal(grid(TRAINED_SIDE, TRAINED_SIDE), grid.vectors)


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize(("rows", "columns"), [(16, 16), (5, 40), (37, 36)])
def test_positions_of_another_size_are_those_of_the_same_place(antialias, rows, columns):
    grid = PositionGrid(2, antialias)
    steps = torch.arange(TRAINED_SIDE) / TRAINED_SIDE
    with torch.no_grad():
        grid.vectors[0, 1:] = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), dim=-1).flatten(0, 1)
        resized = grid(rows, columns)[0, 1:].unflatten(0, (rows, columns))
    middle_row, middle_column = rows // 2, columns // 2
    expected = ((middle_row + 0.5) / rows, (middle_column + 0.5) / columns)
    found = resized[middle_row, middle_column] + 0.5 / TRAINED_SIDE
    torch.testing.assert_close(found, torch.tensor(expected), atol=0.02, rtol=0.0)


def test_older_networks_scale_their_positions_a_little_too_far():
    grid = PositionGrid(3, antialias=False)
    square = grid.vectors[0, 1:].T.reshape(1, 3, 37, 37)
    exact = interpolate(square, size=(16, 16), mode="bicubic").flatten(2)[0].T
    ours = grid(16, 16)[0, 1:]
    assert ours.shape == exact.shape and not torch.allclose(ours, exact, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 3, 56, 60), (1, 1, 56, 56), (3, 56, 56)])
def test_images_of_another_size_are_refused(shape):
    with pytest.raises(InvalidInputError, match="multiples of 14"):
        network()(torch.zeros(shape))


@pytest.mark.parametrize("layer", [0, 3])
def test_blocks_that_are_not_there_are_refused(layer):
    with pytest.raises(InvalidInputError, match=rf"there is no block {layer}; this network has .* 1 to 2"):
        network()(images(), layer)
