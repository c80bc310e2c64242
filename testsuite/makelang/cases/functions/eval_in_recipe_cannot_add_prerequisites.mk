all: ; @echo all$(eval other: dep)
other: ; @:
