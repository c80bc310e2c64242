$(info $(subst ee,EE,feet on the street) [$(subst  ,x,abc)] [$(subst a,,banana)])
$(info [$(subst ,x,abc)] [$(subst a,b,)])
all: ; @:
