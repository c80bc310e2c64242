all: no/such/out ; @:
no/such/out: ; @echo x > $@
