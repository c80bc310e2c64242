# env: WHO=env
all: ; @echo $(WHO) $$WHO "$${WHO}"
