"""Networks in plain PyTorch, one block a file; they run where PyTorch runs.

Nothing here is imported unless a learned descriptor or estimator is asked for.
"""
