"""Running worlds, comparing them, and keeping what they produced."""
