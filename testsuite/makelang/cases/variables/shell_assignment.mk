a != printf 'one\ntwo\n\n'
$(info [$(a)] $(flavor a))
all: ; @:
