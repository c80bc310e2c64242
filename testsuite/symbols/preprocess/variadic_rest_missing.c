#define G(a, ...) a:__VA_ARGS__;
#define H(a, b...) a:b;
G(1) H(1) G() H()
