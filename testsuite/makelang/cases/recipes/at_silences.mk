all:
	@echo quiet
	echo loud
	 @ echo spaces before and after
