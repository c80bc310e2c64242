list := a b c
$(info $(word $(words $(list)),$(list)) $(word 2,$(list) d))
all: ; @:
