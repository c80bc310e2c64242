#define N 4
struct a {
  __u8 b : 3;
  struct {
    __u16 c;
  } d[N];
  union {
    long e;
    void* f;
  };
} __attribute__((aligned(16)));
