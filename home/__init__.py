"""The frame around every page: home, contact, sign-in, and setting a portal up."""
