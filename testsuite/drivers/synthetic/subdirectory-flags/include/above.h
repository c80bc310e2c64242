#define ABOVE 7
