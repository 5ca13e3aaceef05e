"""VN-2000 and the older coordinate systems of Viet Nam, and which province uses which zone."""
