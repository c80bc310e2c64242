//left: an unknown directive
#unknown
int a;
