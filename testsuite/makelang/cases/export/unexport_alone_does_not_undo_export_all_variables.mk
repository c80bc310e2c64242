.EXPORT_ALL_VARIABLES:
unexport
v = value
all: ; @echo "[$$v]"
