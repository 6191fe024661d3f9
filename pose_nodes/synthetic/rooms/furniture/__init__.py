"""Families of furniture: each function makes one piece of random numbers, built from parts."""
