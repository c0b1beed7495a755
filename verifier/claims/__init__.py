"""What is claimed, in one language: from a claim there is one way to its proposition, its text and its LaTeX."""
