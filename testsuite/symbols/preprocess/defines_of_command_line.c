//args: -DA -D B=2 -DF(x)=<x> -DC=a=b -UB -D D= -D "E='\"s\"'"
A B F(1) C [D] E
