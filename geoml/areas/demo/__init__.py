"""Two generated towns with a known answer: no network, no committed data, one seed each."""
