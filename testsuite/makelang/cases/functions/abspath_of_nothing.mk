$(info [$(abspath )] [$(realpath )] [$(dir )] [$(notdir )] [$(join ,)] [$(addprefix x,)])
all: ; @:
