# file: d/makefile|all: ; @echo makefile
# file: d/Makefile|all: ; @echo Makefile
# file: e/GNUmakefile|all: ; @echo GNUmakefile
# file: e/makefile|all: ; @echo makefile
# file: f/Makefile|all: ; @echo Makefile
# setup: mkdir g
all:
	@$(MAKE) --no-print-directory -C d
	@$(MAKE) --no-print-directory -C e
	@$(MAKE) --no-print-directory -C f
	@$(MAKE) --no-print-directory -C g
