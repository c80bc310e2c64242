//left: __DATE__
char a[] = __DATE__;
