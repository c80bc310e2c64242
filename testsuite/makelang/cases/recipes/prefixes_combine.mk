all:
	@-false
	-@false
	+@-echo done
	- @ + echo end
