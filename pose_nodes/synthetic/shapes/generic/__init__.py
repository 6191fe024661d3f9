"""Families of generic rigid shapes, each a function of a random generator to a design."""
