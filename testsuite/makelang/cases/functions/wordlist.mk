$(info [$(wordlist 2,3,a b c d)] [$(wordlist 3,10,a b c d)] [$(wordlist 3,2,a b c d)] [$(wordlist 5,6,a b)] [$(wordlist 1,0,a b)])
all: ; @:
