all: one
	@echo unreached
one:
	@echo first line
	@true; \
	 true

	@false
