.SECONDEXPANSION:
deps = $(1).one $(addsuffix .$(1),x y)
all: t ; @:
t: $$(call deps,$$@) ; @echo $^
t.one x.t y.t: ; @:
