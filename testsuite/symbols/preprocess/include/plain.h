plain header
