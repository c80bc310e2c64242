int exported[4] = {1, 2, 3, 4};
const char *const names[2] = {"zero", "one"};
int printf_like(int value) { return value + 100; }
int *exported_address(void) { return exported; }
int call_back(int (*function)(int), int value) { return function(value) + printf_like(0); }
