$(info [$(subst a, b ,xax)])
$(info [$(subst  a,b,x ax)])
all: ; @:
