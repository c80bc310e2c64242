a = x
$(info ${subst x,y,$(a)} $(subst x,y,${a}) ${subst ),],a)b} $(subst {,[,a{b))
all: ; @:
