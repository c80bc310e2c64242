comma := ,
two = [$(1)][$(2)]
$(info $(call two,a$(comma)b,c) $(call two,(a,b),c) $(call two,$(subst x,y,x),c))
all: ; @:
