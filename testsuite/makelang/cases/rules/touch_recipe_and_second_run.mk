# args:
# args:
all: a b
a: b ; @echo $@; touch $@
b: ; @echo $@; touch $@
