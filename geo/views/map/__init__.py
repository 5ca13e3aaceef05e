"""The map page, maps made with folium, saved maps, and the locator map of a record."""
