"""Numbers as people read them."""

from __future__ import annotations

import pytest

from pose_nodes.commands.tables import percent


@pytest.mark.parametrize(
    ("share", "text"), [(0.954, "95.4 %"), (0.0, "0.0 %"), (None, "-"), (float("nan"), "-")]
)
def test_a_share_is_a_percentage_and_a_dash_where_it_is_not_known(share, text):
    assert percent(share) == text
