int a\
b c \
 d; x +\
 y; in\
t\
 z; "a\
b" 1\
2 
#def\
ine A 1 \
 2
A
