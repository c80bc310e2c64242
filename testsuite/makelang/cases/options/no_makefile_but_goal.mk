# setup: mkdir g
all:
	@$(MAKE) --no-print-directory -C g thing
