"""Vector tiles: layers prepared for each zoom, tiles cut and encoded, tilesets described, tiles kept."""
