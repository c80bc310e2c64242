typedef int step(int);
int visible(int);
step *from_other(void) { return visible; }
