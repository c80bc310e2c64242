n = early
%.x: v := $(n)
n = late
all: a.x ; @:
a.x: ; @echo $(v)
