export
v = x
w = y
unexport w
all: ; @echo [$$v] [$$w]
