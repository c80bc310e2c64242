.EXPORT_ALL_VARIABLES:
v = x
odd-name = y
w = $(v)2
all: ; @echo [$$v] [$$w]; env | grep -c odd || true
