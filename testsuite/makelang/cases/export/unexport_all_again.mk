export
v = x
unexport
all: ; @echo [$$v]
