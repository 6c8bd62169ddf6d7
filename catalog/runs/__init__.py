"""Long work: from inputs to committed facts and inferences, interruptible at any point and resumable."""
