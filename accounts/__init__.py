"""Accounts: the user model and the roles that come with an installation."""
