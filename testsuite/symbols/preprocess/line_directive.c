a
#line 100
b __LINE__
#line 7 "other.c"
c __LINE__ __FILE__ __BASE_FILE__
#define N 50 "third.c"
#line N
d __LINE__ __FILE__
