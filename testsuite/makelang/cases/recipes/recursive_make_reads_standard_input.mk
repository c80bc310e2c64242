all:
	@printf 'all: ; @echo from stdin $$(v)\n' | $(MAKE) --no-print-directory -f - v=given
