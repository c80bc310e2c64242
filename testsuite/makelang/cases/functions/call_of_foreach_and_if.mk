$(info [$(call if,x,a,b)] [$(call words,a b c)])
all: ; @:
