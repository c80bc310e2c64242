$(info [$(filter x%,a b)] [$(filter ,a b)] [$(filter a,)])
all: ; @:
