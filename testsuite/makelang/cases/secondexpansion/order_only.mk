.SECONDEXPANSION:
all: d/one ; @:
d/one: src | $$(@D) ; @echo $@ [$^] [$|]
d src: ; @echo $@
