c = one\
two
d := one  \
	  \
  two
empty := \

e = x\
$(empty)
$(info [$(c)] [$(d)] [$(empty)] [$(e)])
all: ; @:
