"""From failed searches to what is missing: reports, and in time groups, causes and replays."""
