v = x
export v
w = not exported
all: ; @echo [$$v] [$$w]
