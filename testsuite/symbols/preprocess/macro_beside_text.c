#define A 1
xA Ax A1 1A "A" -A-A- A.A .A A"s" 'A'A
