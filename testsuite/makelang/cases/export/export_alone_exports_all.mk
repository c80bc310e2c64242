export
v = x
w := y
odd.name = z
all: ; @echo [$$v] [$$w]; env | grep -c odd.name || true
