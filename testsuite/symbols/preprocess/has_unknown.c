//left: which is not known
#ifdef __has_something_else
1
#endif
int a;
