$(info [$(call nothing,a,b)] [$(call ,a)])
all: ; @:
