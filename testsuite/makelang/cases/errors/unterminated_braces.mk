v := ${subst a,b,c)
all: ; @:
