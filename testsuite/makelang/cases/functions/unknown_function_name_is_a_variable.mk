no-such = plain
$(info [$(no-such)] [$(no-such x,y)] [$(Subst a,b,a)] [$(subst)])
subst = variable
$(info [$(subst)])
all: ; @:
