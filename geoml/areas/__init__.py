"""Areas of interest, their sources and their units."""
