"""Errors and scores of the BOP benchmark.

Hodan et al., "BOP: Benchmark for 6D Object Pose Estimation", ECCV 2018; Hodan et al., "BOP Challenge 2020 on
6D Object Localization", ECCVW 2020; and the benchmark's own program where they leave something open.
"""
