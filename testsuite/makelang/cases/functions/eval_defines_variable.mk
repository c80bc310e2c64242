$(eval a = x)
$(eval b := $$(a)y)
$(info $(a) $(b) [$(eval c = z)])
all: ; @:
