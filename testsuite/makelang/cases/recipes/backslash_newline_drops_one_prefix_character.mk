all:
	@echo 'a\
		b\
    c'
