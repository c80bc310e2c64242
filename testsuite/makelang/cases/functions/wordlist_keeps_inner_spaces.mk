$(info [$(wordlist 1,2,  a   b   c)])
all: ; @:
