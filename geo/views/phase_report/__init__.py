"""The report of the plan's phase: one content, written as PDF by typst and as DOCX by python-docx. No HTTP here."""
