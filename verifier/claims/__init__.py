"""What is claimed, in one language: a claim becomes a proposition of the kernel, its text and its LaTeX by one way each."""
