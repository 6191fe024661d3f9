"""Recorded RGB-D sequences: what one is, and how the layouts on disk are read and written."""
