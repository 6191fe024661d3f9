"""Scanners: what three kinds of data sets would have measured of a room."""
