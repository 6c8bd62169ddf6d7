"""Where a catalogue is kept: ``open_store(url)`` gives the store that an address names."""
