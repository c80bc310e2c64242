#define A 1 /* x */ 2 // y
#define B /* only */
#define C(x) x /* a
 b */ x
A B C(1)
