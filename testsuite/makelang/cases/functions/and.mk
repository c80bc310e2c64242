$(info [$(and a,b,c)] [$(and a,,c)] [$(and )] [$(and ,$(info not reached))])
all: ; @:
