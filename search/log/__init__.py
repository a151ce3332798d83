"""What people searched for and what came of it: events, privacy, stores, outcomes, roll-ups."""
