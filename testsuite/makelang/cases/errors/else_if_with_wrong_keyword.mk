ifdef a
else iff b
endif
all: ; @:
