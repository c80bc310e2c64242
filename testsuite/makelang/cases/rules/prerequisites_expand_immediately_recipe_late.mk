v = early
all: $(v) ; @echo $(v) $^
early late: ; @:
v = late
