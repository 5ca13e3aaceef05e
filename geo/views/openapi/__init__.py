"""The OpenAPI description of the service, built from the declaration."""
