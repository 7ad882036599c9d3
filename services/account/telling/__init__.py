"""Words for what the services answer: codes and sums become sentences in the visitor's language."""
