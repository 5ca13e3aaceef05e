"""Imports on their way: an uploaded file, what was decided about it, what it would change, and its publication."""

from geo.drafts.draft import Draft, DraftStore
from geo.drafts.jobs import Jobs
from geo.drafts.profiles import Profile, Profiles

__all__ = ["Draft", "DraftStore", "Jobs", "Profile", "Profiles"]
