all:
	@echo $(MAKELEVEL) $$MAKELEVEL
	@$(MAKE) --no-print-directory -f case.mk deeper
deeper: ; @echo $(MAKELEVEL) $$MAKELEVEL
