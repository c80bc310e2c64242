#define A x ## y z
#define B 1 ## 2 ## 3
A B
