# One line "{ n, n * n }," for each number of the input.
{ printf "\t{ %d, %d },\n", $1, $1 * $1 }
