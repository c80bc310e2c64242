a = x
b = ${subst ),],a)b}
c = $(subst {,[,a{b)
$(info ${subst x,y,$(a)} $(subst x,y,${a}) $(b) $(c))
all: ; @:
