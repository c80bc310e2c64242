# file: a.src|x
# args: a.x
%.x:: %.y ; @echo never: $@
%.y: %.src ; @echo $@
