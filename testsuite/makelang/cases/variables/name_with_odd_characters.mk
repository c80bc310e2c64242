a-b.c/d = odd
x%y = percent
$(info $(a-b.c/d) $(x%y))
all: ; @:
