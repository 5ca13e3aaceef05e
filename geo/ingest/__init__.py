"""Any file in, checked frames and a report out. The only readers of foreign files; may be slow, may fail loudly."""
