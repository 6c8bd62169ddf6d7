"""What people say: checked, appended, carried through to the findings it settles, and taken back."""
