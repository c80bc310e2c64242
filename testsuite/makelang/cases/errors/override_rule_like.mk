# args: override x
all: ; @:
override x: y ; @echo $@ $^
y: ; @:
