$(info [$(subst   a,b,a)] [$(strip	x )] [$(words		a b)])
all: ; @:
