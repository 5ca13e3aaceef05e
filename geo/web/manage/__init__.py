"""The pages under /manage: imports, versions, restorations and access control."""
