"""The map: its page, what folium draws, the files it is made of, the small locator, the saved map."""
