"""Decoded picture -> fingerprint, local features, and the pictures within it. Pure; knows no store."""
