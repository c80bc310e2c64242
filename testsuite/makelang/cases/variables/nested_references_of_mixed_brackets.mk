x = n
n = deep
$(info ${$(x)} $(${x}) $($x) ${$x})
all: ; @:
