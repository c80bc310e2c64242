a = x
# a comment that goes on \
a = y
$(info $(a))
all: ; @:
