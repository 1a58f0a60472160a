"""What was called in a world and what happened there, as CloudTrail tells it."""
