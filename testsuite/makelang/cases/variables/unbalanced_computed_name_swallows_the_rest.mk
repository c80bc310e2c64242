a = [${$(subst x,y,{)}swallowed]
$(info $(a) kept)
all: ; @:
