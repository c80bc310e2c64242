.EXPORT_ALL_VARIABLES:
v = x
w = y
unexport w
all: ; @echo [$$v] [$$w]
