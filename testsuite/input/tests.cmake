# Bad input: what kbx says, how it ends, and that a good run follows.
add_cases(input TIMEOUT 1200)
