a b &: ; @echo one
a b &: ; @echo two
