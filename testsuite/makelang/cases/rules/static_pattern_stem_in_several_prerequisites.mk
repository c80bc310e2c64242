bigoutput littleoutput: %output: text-%.g common
	@echo $@ $* $^
text-big.g text-little.g common: ; @:
