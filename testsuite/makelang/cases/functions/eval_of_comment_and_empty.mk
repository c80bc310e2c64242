$(eval )
$(eval # only a comment)
$(eval a = x # tail)
$(info [$(a)])
all: ; @:
