"""How the setup fails: with a sentence, not with a traceback."""

from __future__ import annotations


class SetupFailure(Exception):
    """The setup cannot go on; the message says why and what to do."""
