"""What the doors show: the material of each screen, gathered from the catalogue. Reads only."""
