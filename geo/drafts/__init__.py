"""Drafts of imports (uploaded files, answers to questions, preview of the changes) and the jobs that read and
publish them."""

from geo.drafts.cohort_change import CohortChange, CohortChanges
from geo.drafts.draft import Draft, DraftStore
from geo.drafts.jobs import Jobs
from geo.drafts.preparation import Preparation
from geo.drafts.profiles import Profile, Profiles
from geo.drafts.restoration import Restoration, RestorationStore

__all__ = [
    "CohortChange",
    "CohortChanges",
    "Draft",
    "DraftStore",
    "Jobs",
    "Preparation",
    "Profile",
    "Profiles",
    "Restoration",
    "RestorationStore",
]
