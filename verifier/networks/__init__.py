"""Random networks, exactly in law: Gaussian matrices, jets, f and h, their correlation functions and limits."""
