all: a.one b.two ; @:
%.one: ; @echo $*
b.two: %.two: ; @echo $*
