"""Data sets of synthetic RGB-D images with exact poses, from a preset."""
