a = one \
    two \
	three
$(info [$(a)])
all: ; @:
