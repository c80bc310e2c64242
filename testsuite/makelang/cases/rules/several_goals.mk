# args: b a b
a b: ; @echo $@
