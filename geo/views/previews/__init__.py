"""Preview images: what messengers and social networks show beside a link to a page. No HTTP here."""
