"""What a check can name: the vocabulary of check files, a plain function as a quantity, and those of wide networks."""
