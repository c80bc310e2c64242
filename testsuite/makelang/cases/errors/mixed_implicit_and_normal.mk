all: ; @:
%.o normal: ; @:
