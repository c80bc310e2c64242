n = target
target = x
ifdef $(n)
$(info defined)
endif
none =
m = none
ifdef $(m)
$(info wrong)
else
$(info not defined)
endif
all: ; @:
