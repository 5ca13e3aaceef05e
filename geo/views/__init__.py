"""What is shown, made from pages of records: no HTTP, no files of ours but what is asked for."""
