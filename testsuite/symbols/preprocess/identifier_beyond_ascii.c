//left: beyond ASCII
int é;
