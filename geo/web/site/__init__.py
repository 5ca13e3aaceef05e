"""The public site: pages, data of the map, downloads, robots.txt and the sitemap."""
