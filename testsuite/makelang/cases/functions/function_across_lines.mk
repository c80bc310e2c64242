a = $(subst x,y,\
    axb \
    cxd)
$(info $(a))
$(info $(foreach v,1 2 3, \
  <$(v)>))
all: ; @:
