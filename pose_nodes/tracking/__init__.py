"""From frames and segments to tracks: found, followed, doubted, lost and found again, by measured
evidence."""
