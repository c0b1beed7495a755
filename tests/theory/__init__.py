"""Every row of the theory, tried where its terms have values: on integers, on numbers, on random networks."""
