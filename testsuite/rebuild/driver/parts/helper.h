#define HELPER_FACTOR 2
int helper_work(int value);
