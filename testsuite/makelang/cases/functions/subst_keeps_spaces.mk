comma := ,
empty :=
space := $(empty) $(empty)
$(info [$(subst $(space),$(comma),a b  c)] [$(subst $(comma), ,a,b)])
all: ; @:
