$(info $(if (a,b),yes,no) $(subst (a),[a],x(a)y) ${subst {a,b},c,{a,b}})
all: ; @:
