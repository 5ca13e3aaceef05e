"""Search by name: what a text is compared with, and the order of what is found."""
