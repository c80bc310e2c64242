all: a.x
a.x: extra
%.x: %.y ; @echo $@ $< / $^
a.y extra: ; @:
