name = v
$(info $(foreach $(name),a b,[$(v)]))
all: ; @:
