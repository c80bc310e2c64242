//left: a carriage return
int a;
