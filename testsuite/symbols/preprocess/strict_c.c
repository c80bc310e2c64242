//args: -std=c11
//left: the option -std=c11
int a;
