//args: -fdirectives-only
//left: the option
int a;
