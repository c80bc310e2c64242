q = @
all:
	$(q)echo quiet
	$(nothing)echo loud
	$(if x,@)echo quiet too
