space := $(nothing) $(nothing)
$(info [$(if $(space),yes,no)] [$(if $(nothing)$(nothing),yes,no)] [$(if 0,yes,no)])
all: ; @:
