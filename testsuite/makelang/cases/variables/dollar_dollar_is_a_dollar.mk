a = $$b
$(info $(a) $$(a) $$$$)
all: ; @echo '$(a)' '$$$$'
