$(info [$(shell echo one; echo two)] [$(shell true)] [$(shell printf 'a\n\nb\n\n\n')])
all: ; @:
