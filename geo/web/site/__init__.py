"""The site over HTTP: pages, the data of the map, downloads, robots.txt and the site map."""
