.SECONDEXPANSION:
all: a.x b.x ; @:
a.x b.x: %.x: $$*.y $$(extra_$$*) ; @echo $@ $^
extra_b = more
a.y b.y more: ; @:
