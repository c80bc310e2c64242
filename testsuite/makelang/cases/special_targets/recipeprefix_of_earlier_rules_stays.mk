all: one
	@echo all
.RECIPEPREFIX := +
one:
+@echo one
++echo two
