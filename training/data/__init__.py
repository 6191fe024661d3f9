"""Samples for training, made on the fly from synthetic scenes, or read from a cache of such samples."""
