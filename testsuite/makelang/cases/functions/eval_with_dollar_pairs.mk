$(eval a = $$$$x)
$(info $(value a) $(a))
all: ; @echo '$(a)'
