"""How a conversion fails."""

from __future__ import annotations


class CvBridgeError(TypeError):
    """An image cannot be converted; the message says why."""
