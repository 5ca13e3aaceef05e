"""Vector tiles: layers prepared for each zoom, encoding of tiles, tileset metadata, and the tile cache."""
