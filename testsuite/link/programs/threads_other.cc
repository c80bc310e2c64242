// What threads.cc uses of another file or shared library.
thread_local int of_other = 1000;
__thread char far_away[100] = "far";
static __thread int own = 7;

int bump_other() {
  return ++of_other + ++own;
}
