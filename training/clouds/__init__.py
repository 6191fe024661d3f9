"""Pairs of clouds as descriptors learn from them: turned, thinned, and which points shall be alike."""
