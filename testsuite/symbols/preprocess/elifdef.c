//left: #elifdef
#if 0
#elifdef __LINE__
int a;
#endif
