//left: #error or #warning
#warning careful
int a;
