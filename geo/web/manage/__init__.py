"""The pages under /manage over HTTP: imports, versions, and who may use them."""
