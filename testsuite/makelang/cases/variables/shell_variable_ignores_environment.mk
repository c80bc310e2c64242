# env: SHELL=/bin/false
$(info $(SHELL) $(origin SHELL))
all: ; @echo "$$SHELL"
