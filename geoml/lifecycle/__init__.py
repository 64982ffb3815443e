"""From sources to a published edition, for every service alike, computing what is stale."""
