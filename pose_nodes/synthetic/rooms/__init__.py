"""Indoor rooms with furniture, scanned as three public data sets were, with exact boxes."""
