# args: ./one
one: ; @echo $@
