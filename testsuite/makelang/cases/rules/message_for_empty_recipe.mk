# args: one
# args: two
# args: three
one: ;
two:
	
three:
	# only a comment for the shell
