abc = x
n = b
undefine a$(n)c
$(info [$(abc)] $(origin abc))
all: ; @:
