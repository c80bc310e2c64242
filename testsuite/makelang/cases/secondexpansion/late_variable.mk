.SECONDEXPANSION:
all: $(v) $$(v) ; @echo $^
v = late
late: ; @echo $@
