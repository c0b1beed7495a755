"""Claims about measurements, whoever made them: one claim about samples, and about many groups of them."""
