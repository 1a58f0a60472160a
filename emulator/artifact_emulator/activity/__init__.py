"""The activity in a world: its calls and events, as a log, as CloudTrail records and as a feed."""
