/* a */ #define A 1
/* b
 */ # /* c */ define /* d */ B /* e */ 2 /* f
 g */ 3
A B
