$(info [$(firstword  a b)] [$(lastword a b  )] [$(firstword )] [$(lastword )])
all: ; @:
