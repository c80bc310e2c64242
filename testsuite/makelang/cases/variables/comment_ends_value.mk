a = x#y
b = x \# y
c = \\# tail
$(info [$(a)] [$(b)] [$(c)])
all: ; @:
