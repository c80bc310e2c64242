//left: more than belongs
#if 1
#endif A
int a;
