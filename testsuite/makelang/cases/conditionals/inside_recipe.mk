v = x
all:
	@echo one
ifeq ($(v),x)
	@echo two
else
	@echo wrong
endif
	@echo three
