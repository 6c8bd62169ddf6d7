"""Cutline: a catalogue of news pictures and their captions."""
