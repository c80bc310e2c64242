# args: a=$(b) c:=$(b) d+=more
b = late
d = file
$(info $(a) [$(c)] [$(d)] $(flavor a) $(flavor c))
all: ; @:
