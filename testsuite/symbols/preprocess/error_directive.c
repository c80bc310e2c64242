//left: #error
int a;
#error stop
int b;
