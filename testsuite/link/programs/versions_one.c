// The library as it was first: one version of a function.
int rate(void) { return 1; }
int kept(void) { return rate() + 10; }
