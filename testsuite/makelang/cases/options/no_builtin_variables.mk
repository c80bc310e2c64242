# args: -R
$(info [$(CC)] [$(AR)] [$(origin MAKE)] [$(MAKEFLAGS)])
all: ; @:
