"""The recorded sample that comes with the package; its licence and credits lie beside it."""

from __future__ import annotations

from pathlib import Path

BUNNY = Path(__file__).parent / "bunny"
BUNNY_SCENE = BUNNY / "test" / "000001"
BUNNY_OBJECTS = BUNNY / "objects.yaml"
