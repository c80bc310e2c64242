.SECONDEXPANSION:
all: y | z
all: $$^ $$(info [$$^] [$$+] [$$|] [$$<]) w ; @echo '$^' '$+' '$|'
all: $$(info [$$^]) v | u
all: x
u v w x y z: ; @echo $@
