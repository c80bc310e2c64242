# args: -t a b c d
a: ; +@echo plus
	@echo $(V)
b: ; @echo first
	+@echo plus
c: ; +@echo plus
	$(V)
d: ; @echo only
