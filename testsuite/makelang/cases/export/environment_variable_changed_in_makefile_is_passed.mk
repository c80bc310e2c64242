# env: v=env
v = file
all: ; @echo $$v
