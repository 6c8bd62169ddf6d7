"""Is the catalogue whole, is the machine fit, and a catalogue brought elsewhere."""
