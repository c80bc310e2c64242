comma := ,
empty :=
space := $(empty) $(empty)
list := a b c
joined := $(subst $(space),$(comma),$(list))
$(info $(joined) $(subst $(comma), ,$(joined)) -Wl$(comma)-z$(comma)now)
all: ; @:
