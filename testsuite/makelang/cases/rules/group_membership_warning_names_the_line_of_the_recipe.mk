x y &: z
	@echo one
x y &: z
	@echo two
z: ; @:
