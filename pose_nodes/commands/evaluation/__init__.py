"""Cold starts on the targets of a BOP data set, and their score: the parts of `evaluate`."""
