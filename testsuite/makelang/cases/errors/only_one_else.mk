ifdef x
else
v = 1
else
endif
all: ; @:
