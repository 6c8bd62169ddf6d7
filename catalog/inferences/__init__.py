"""What follows from facts: links, matches, groups, conflicts and findings, made anew whenever facts change."""
