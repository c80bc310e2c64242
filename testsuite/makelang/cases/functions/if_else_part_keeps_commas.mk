$(info [$(if ,a,b,c,d)] [$(if x,a,b,c)])
all: ; @:
