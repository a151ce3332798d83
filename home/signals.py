"""What others may hear from the frame."""

from django.dispatch import Signal

portal_ready = Signal()
"""Sent by ``setup_portal`` once locales, pages and roles exist; no arguments.

Receivers prepare what they keep beside the database and must stand being called again.
"""
