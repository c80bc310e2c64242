all:
	@touch made
	@echo [$(wildcard made)]
	@echo $(shell test -e made && echo there || echo not there)
