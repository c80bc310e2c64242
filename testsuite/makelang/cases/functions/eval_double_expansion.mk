a = first
$(eval b = $(a))
$(eval c = $$(a))
a = second
$(info $(b) $(c))
all: ; @:
