all:
	@echo one; \
	echo two; \
	false
