a=1
b:=2
c?=3
a+=4
d!=echo 5
$(info $(a) $(b) $(c) $(d))
all: ; @:
