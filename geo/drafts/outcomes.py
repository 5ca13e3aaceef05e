"""What became of a job whose process was killed after it had published: the version that it made, from the store."""

import time

from geo.drafts.draft import Draft
from geo.drafts.restoration import Restoration
from geo.store import Store


def version_of_draft(store: Store, draft: Draft) -> int | None:
    """The number of the version that was made from a draft; None when there is none."""
    for version in store.versions():
        if version.number > draft.base:
            for entry in store.metadata(version.number).get(draft.layer, {}).get("imports", []):
                if (entry.get("sha256"), entry.get("received")) == (draft.sha256, draft.created):
                    return version.number
    return None


def version_of_restoration(store: Store, restoration: Restoration) -> int | None:
    """The number of the version that a restoration made; None when there is none."""
    versions = store.versions()
    digest = next((one.digest for one in versions if one.number == restoration.version), "")
    begin = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.strptime(restoration.id[:15], "%Y%m%d-%H%M%S"))
    for version in reversed(versions):
        is_its_own = (version.who, version.why) == (restoration.who, restoration.why)
        if is_its_own and version.digest == digest and version.published_at >= begin:
            return version.number
    return None
