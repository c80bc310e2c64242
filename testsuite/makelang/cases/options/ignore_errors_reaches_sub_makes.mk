# args: -i
# file: sub.mk|all: ; @false
all:
	@$(MAKE) --no-print-directory -f sub.mk
	@echo after
