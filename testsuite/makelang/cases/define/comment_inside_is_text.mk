define a
# not a comment
x # nor this
endef
$(info $(a))
all: ; @:
