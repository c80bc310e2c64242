# expect-output: lt gt eq gt
big := 123456789012345678901234567890
$(info $(intcmp -5,3,lt,eq,gt) $(intcmp $(big)1,$(big)0,lt,eq,gt) $(intcmp 007, 7 ,lt,eq,gt) $(intcmp 10,9,lt,eq,gt))
all: ; @:
