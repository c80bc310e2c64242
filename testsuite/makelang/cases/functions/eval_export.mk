$(eval export v = exported)
all: ; @echo [$$v]
