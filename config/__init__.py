"""Settings, addresses and policies of the project."""
