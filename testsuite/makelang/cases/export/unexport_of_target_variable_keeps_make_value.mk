v = x
export v
unexport v
all: ; @echo $(v) [$$v]
