$(info [$@] [$<] [$^])
all: $@dep ; @echo $^
dep: ; @:
