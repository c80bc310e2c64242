# `kbx matrix` against `kbx build`, cell by cell.
add_cases(matrix TIMEOUT 300)
